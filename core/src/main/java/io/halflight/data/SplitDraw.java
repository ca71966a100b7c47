package io.halflight.data;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws a {@link LabelSplit}. Each picture has a fixed random rank from the seed and its id. Within a class the test
 * pictures are the first by rank, the labelled ones follow, and validation is taken from the far end, so that test and
 * validation stay the same while more labels are asked for.
 */
final class SplitDraw {
    private static final int MOST_AUTO_VALIDATION = 20;
    /** Where labels and validation pictures compete, one in five validates, and from five pictures on. */
    private static final int LABELLED_PER_VALIDATION = 5;

    private final Dataset dataset;
    private final LabelSplit.Request request;
    private final long seed;
    private final List<String> classes;
    private final Role[] roles;
    /** Every known class, also of pictures that will be unlabelled. */
    private final int[] known;

    private final boolean[] given;

    /** What a list with roles says a picture is for; null where it says nothing. */
    private final @Nullable Role[] fixed;

    private boolean fixesRoles;

    SplitDraw(Dataset dataset, LabelSplit.Request request, long seed) {
        this.dataset = dataset;
        this.request = request;
        this.seed = seed;
        roles = new Role[dataset.size()];
        known = new int[dataset.size()];
        given = new boolean[dataset.size()];
        fixed = new Role[dataset.size()];
        Arrays.setAll(known, dataset::label);
        classes = request.labels() instanceof LabelRequest.Given list ? readGiven(list.csv()) : dataset.classes();
        if (classes.isEmpty()) {
            throw HalflightException.usage(
                    "%s has no classes: sort the pictures into one folder per class, or list labels in a CSV file path,label"
                            .formatted(dataset.spec()));
        }
    }

    LabelSplit draw() {
        boolean hasTestPart = false;
        for (int i = 0; i < roles.length; i++) {
            boolean labelled = known[i] != Dataset.UNLABELLED;
            if (dataset.part(i) == Dataset.Part.TEST) {
                roles[i] = labelled ? Role.TEST : Role.UNUSED;
                hasTestPart |= labelled;
            } else {
                roles[i] = Role.UNLABELLED;
            }
        }
        for (int c = 0; c < classes.size(); c++) {
            if (fixesRoles) {
                takeClass(c);
            } else {
                drawClass(c, !hasTestPart);
            }
        }
        int[] labels = new int[roles.length];
        Arrays.setAll(
                labels, i -> roles[i] == Role.UNLABELLED || roles[i] == Role.UNUSED ? Dataset.UNLABELLED : known[i]);
        return new LabelSplit(dataset, classes, roles, labels);
    }

    /** As a list with roles has it: nothing is left to chance, so that another run's test pictures stay test pictures. */
    private void takeClass(int label) {
        int labelled = 0;
        for (int i = 0; i < roles.length; i++) {
            Role role = fixed[i];
            if (role != null && known[i] == label && roles[i] != Role.TEST) {
                roles[i] = role;
                labelled += role == Role.LABELLED ? 1 : 0;
            }
        }
        if (labelled == 0) {
            throw HalflightException.usage("class '%s' has no labelled picture in %s; add at least one to train on"
                    .formatted(classes.get(label), whereLabelsStand()));
        }
    }

    private void drawClass(int label, boolean drawsTest) {
        List<Integer> pool = ranked(label);
        boolean listed = request.labels() instanceof LabelRequest.Given;
        if (drawsTest && request.testFraction() > 0) {
            int count = Math.max(1, (int) Math.round(request.testFraction() * pool.size()));
            List<Integer> spare = new ArrayList<>(pool);
            spare.removeIf(i -> given[i]);
            List<Integer> source = listed && !spare.isEmpty() ? spare : pool;
            for (int i : List.copyOf(source.subList(0, Math.min(count, source.size())))) {
                roles[i] = Role.TEST;
                pool.remove((Integer) i);
            }
        }
        if (listed) {
            pool.removeIf(i -> !given[i]);
        }
        int n = pool.size();
        int wanted = wanted(n);
        int validating;
        if (wanted < 0) {
            validating = listed
                    ? validation(n / LABELLED_PER_VALIDATION)
                    : validation(Math.min(MOST_AUTO_VALIDATION, n / LABELLED_PER_VALIDATION));
            wanted = Math.max(1, n - validating);
        } else {
            validating = validation(Math.min(MOST_AUTO_VALIDATION, Math.max(0, n - wanted) / 2));
        }
        if (wanted + validating > n) {
            throw tooFew(label, n, wanted, validating);
        }
        pool.subList(0, wanted).forEach(i -> roles[i] = Role.LABELLED);
        pool.subList(n - validating, n).forEach(i -> roles[i] = Role.VALIDATION);
    }

    /** Labelled pictures asked for of a class of n, or -1 where all are wanted that do not validate. */
    private int wanted(int n) {
        if (request.labels() instanceof LabelRequest.PerClass perClass) {
            return perClass.n();
        }
        return request.labels() instanceof LabelRequest.Fraction fraction
                ? Math.max(1, (int) Math.round(fraction.f() * n))
                : -1;
    }

    private int validation(int auto) {
        return request.validationPerClass() == LabelSplit.Request.AUTO ? auto : request.validationPerClass();
    }

    private String whereLabelsStand() {
        return request.labels() instanceof LabelRequest.Given list ? list.csv().toString() : dataset.spec();
    }

    private HalflightException tooFew(int label, int has, int labelled, int validating) {
        return HalflightException.usage(
                "class '%s' of %s has %d %s to train on, but %d labelled and %d for validation are asked for; %s"
                        .formatted(
                                classes.get(label),
                                whereLabelsStand(),
                                has,
                                has == 1 ? "picture" : "pictures",
                                labelled,
                                validating,
                                "ask for fewer, or add pictures of this class"));
    }

    private List<Integer> ranked(int label) {
        return ranked(
                dataset,
                IntStream.range(0, roles.length).filter(i -> known[i] == label && roles[i] == Role.UNLABELLED),
                seed);
    }

    /** Pictures in an order that depends on the seed and their ids alone. */
    static List<Integer> ranked(Dataset dataset, IntStream pictures, long seed) {
        List<Integer> pool = new ArrayList<>();
        Map<Integer, Long> rank = new HashMap<>();
        pictures.forEach(i -> {
            pool.add(i);
            rank.put(i, Seeds.derive(seed, "split/" + dataset.id(i)));
        });
        pool.sort(Comparator.<Integer, Long>comparing(rank::get).thenComparing(dataset::id));
        return pool;
    }

    private List<String> readGiven(Path csv) {
        Csv.Table table = Csv.table(csv);
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < dataset.size(); i++) {
            places.put(dataset.id(i), i);
        }
        List<String> names = dataset.classes().isEmpty() ? namedIn(csv, table) : dataset.classes();
        for (Csv.Row row : table.rows()) {
            String id = row.at(table.path());
            Integer place = places.get(id);
            if (place == null) {
                throw HalflightException.usage("%s:%d: there is no picture '%s' in %s; paths look like '%s'"
                        .formatted(csv, row.line(), id, dataset.spec(), dataset.size() > 0 ? dataset.id(0) : ""));
            }
            if (given[place]) {
                throw HalflightException.usage("%s:%d: '%s' is listed twice".formatted(csv, row.line(), id));
            }
            given[place] = true;
            known[place] = label(csv, row, row.at(table.label()), names, known[place]);
            if (table.role() >= 0) {
                fixesRoles = true;
                fixed[place] = switch (LabelList.use(csv, row, row.at(table.role()))) {
                    case LABELLED, PSEUDO -> Role.LABELLED;
                    case VALIDATION -> Role.VALIDATION;
                    case TEST -> Role.TEST;
                };
            }
        }
        return names;
    }

    private int label(Path csv, Csv.Row row, String name, List<String> names, int own) {
        if (name.isEmpty() && own == Dataset.UNLABELLED) {
            throw HalflightException.usage("%s:%d: no label here, and %s does not know the class of this picture"
                    .formatted(csv, row.line(), dataset.spec()));
        }
        int label = name.isEmpty() ? own : names.indexOf(name);
        if (label < 0) {
            throw HalflightException.usage("%s:%d: there is no class '%s'%s; the classes are %s"
                    .formatted(csv, row.line(), name, Nearest.hint(name, names), String.join(", ", names)));
        }
        return label;
    }

    private static List<String> namedIn(Path csv, Csv.Table table) {
        TreeSet<String> names = new TreeSet<>();
        table.rows().forEach(row -> names.add(row.at(table.label())));
        names.remove("");
        if (names.isEmpty()) {
            throw HalflightException.usage(csv + " gives no labels; expected path,label lines");
        }
        return List.copyOf(names);
    }
}
