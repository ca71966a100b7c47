package io.halflight.data;

import static java.util.Objects.requireNonNull;

import io.halflight.DurableFile;
import io.halflight.HalflightException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** The text form of a {@link LabelSplit}. */
final class SplitFile {
    private static final List<String> HEADER = List.of("picture", "role", "class", "sha256");

    private SplitFile() {}

    static String text(LabelSplit split, Dataset dataset) {
        String[] hashes = Hashes.all(dataset);
        StringBuilder text = new StringBuilder(String.join(",", HEADER)).append('\n');
        for (int i = 0; i < dataset.size(); i++) {
            int label = split.label(i);
            text.append(Csv.quoted(dataset.id(i)))
                    .append(',')
                    .append(split.role(i).name().toLowerCase(Locale.ROOT))
                    .append(',')
                    .append(
                            label == Dataset.UNLABELLED
                                    ? ""
                                    : Csv.quoted(split.classes().get(label)))
                    .append(',')
                    .append(hashes[i])
                    .append('\n');
        }
        return text.toString();
    }

    static void write(Path csv, String text) {
        Path target = csv.toAbsolutePath();
        try {
            Files.createDirectories(requireNonNull(target.getParent(), "a file has a folder"));
            DurableFile.write(target, text);
        } catch (IOException | UncheckedIOException e) {
            throw HalflightException.run(
                    "%s cannot be written (%s); make room or permissions there, then go on with --resume."
                            .formatted(csv, e.getMessage()),
                    e);
        }
    }

    static LabelSplit read(Path csv, Dataset dataset) {
        List<Csv.Row> rows = rows(csv);
        checkSamePictures(csv, rows, dataset);

        List<String> classes = classes(csv, rows, dataset);
        Map<String, Csv.Row> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.fields().get(0), row));
        Role[] roles = new Role[dataset.size()];
        int[] labels = new int[dataset.size()];
        for (int i = 0; i < roles.length; i++) {
            Csv.Row row = byId.get(dataset.id(i));
            if (row == null) {
                throw new IllegalStateException("no row for " + dataset.id(i));
            }
            roles[i] = role(csv, row);
            String name = row.fields().get(2);
            boolean named = !name.isEmpty();
            if (named == (roles[i] == Role.UNLABELLED || roles[i] == Role.UNUSED)) {
                throw HalflightException.usage("%s:%d: the role %s and the class '%s' do not go together"
                        .formatted(csv, row.line(), row.at(1), name));
            }
            labels[i] = named ? classes.indexOf(name) : Dataset.UNLABELLED;
        }
        return new LabelSplit(dataset, classes, roles, labels);
    }

    /** The rows below the header. */
    static List<Csv.Row> rows(Path csv) {
        List<Csv.Row> rows = Csv.read(csv);
        if (rows.isEmpty() || !rows.get(0).fields().equals(HEADER)) {
            throw HalflightException.usage(
                    "%s is no split: its first line is not %s".formatted(csv, String.join(",", HEADER)));
        }
        for (Csv.Row row : rows) {
            if (row.fields().size() != HEADER.size()) {
                throw HalflightException.usage("%s:%d: %d columns, %d expected"
                        .formatted(csv, row.line(), row.fields().size(), HEADER.size()));
            }
        }
        return rows.subList(1, rows.size());
    }

    static Role role(Path csv, Csv.Row row) {
        return Arrays.stream(Role.values())
                .filter(role -> role.name().toLowerCase(Locale.ROOT).equals(row.at(1)))
                .findFirst()
                .orElseThrow(() ->
                        HalflightException.usage("%s:%d: there is no role '%s'".formatted(csv, row.line(), row.at(1))));
    }

    private static void checkSamePictures(Path csv, List<Csv.Row> rows, Dataset dataset) {
        Map<String, String> before = new HashMap<>();
        for (Csv.Row row : rows) {
            if (before.put(row.fields().get(0), row.at(3)) != null) {
                throw HalflightException.usage("%s:%d: %s stands here twice".formatted(csv, row.line(), row.at(0)));
            }
        }
        List<String> added = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        String[] hashes = Hashes.all(dataset);
        for (int i = 0; i < dataset.size(); i++) {
            String hash = before.remove(dataset.id(i));
            if (hash == null) {
                added.add(dataset.id(i));
            } else if (!hash.equals(hashes[i])) {
                changed.add(dataset.id(i));
            }
        }
        List<String> removed = new ArrayList<>(new TreeSet<>(before.keySet()));
        if (added.isEmpty() && changed.isEmpty() && removed.isEmpty()) {
            return;
        }
        List<String> differences = new ArrayList<>();
        describe(differences, "added", added);
        describe(differences, "removed", removed);
        describe(differences, "changed", changed);
        throw HalflightException.run(
                "The pictures of %s are not those of %s: %s. Restore them, or start in a new directory."
                        .formatted(dataset.spec(), csv, String.join(", ", differences)));
    }

    private static void describe(List<String> differences, String what, List<String> ids) {
        if (!ids.isEmpty()) {
            differences.add("%d %s (first: %s)".formatted(ids.size(), what, ids.get(0)));
        }
    }

    /** The dataset's classes, unless the labels came from a list that named them. */
    private static List<String> classes(Path csv, List<Csv.Row> rows, Dataset dataset) {
        TreeSet<String> named = new TreeSet<>();
        rows.forEach(row -> named.add(row.fields().get(2)));
        named.remove("");
        if (dataset.classes().isEmpty()) {
            return List.copyOf(named);
        }
        for (String name : named) {
            if (!dataset.classes().contains(name)) {
                throw HalflightException.run(
                        "%s names the class '%s', which %s no longer has; start in a new directory."
                                .formatted(csv, name, dataset.spec()));
            }
        }
        return dataset.classes();
    }
}
