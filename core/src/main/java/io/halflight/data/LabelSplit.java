package io.halflight.data;

import io.halflight.HalflightException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which picture is used for what, and the classes that a run may know. Consumers ask here, never {@link Dataset#label}:
 * the class of an unlabelled picture is not in here and so cannot leak into training.
 */
public final class LabelSplit {
    private final Dataset dataset;
    private final List<String> classes;
    private final Role[] roles;
    private final int[] labels;
    private @Nullable String text;

    /**
     * What to draw.
     *
     * @param labels which training pictures show their class
     * @param validationPerClass pictures per class held back from training to choose among epochs and settings; -1
     *     decides: at most 20 and at most half of what the labels leave, or a fifth of the labelled pictures where
     *     everything or a given list is labelled
     * @param testFraction part of each class set aside for the final test when the source has no test part of its own,
     *     at least one picture per class; 0 for no test set
     */
    public record Request(LabelRequest labels, int validationPerClass, double testFraction) {
        public static final int AUTO = -1;
        public static final double DEFAULT_TEST_FRACTION = 0.2;

        public Request {
            if (validationPerClass < AUTO) {
                throw HalflightException.usage(
                        "validation pictures per class must be at least 0, or -1 to let it be chosen, got "
                                + validationPerClass);
            }
            if (!(testFraction >= 0 && testFraction < 1)) {
                throw HalflightException.usage("the test fraction must be at least 0 and below 1, got " + testFraction);
            }
        }

        public Request(LabelRequest labels) {
            this(labels, AUTO, DEFAULT_TEST_FRACTION);
        }
    }

    LabelSplit(Dataset dataset, List<String> classes, Role[] roles, int[] labels) {
        this.dataset = dataset;
        this.classes = List.copyOf(classes);
        this.roles = roles;
        this.labels = labels;
    }

    /**
     * Draws a split, stratified by class. It depends only on the seed and the pictures' ids, not on their order or
     * number: with one seed the 10 labelled pictures of a class are among the 40.
     *
     * @throws HalflightException if a class has fewer pictures than asked for, or the given list does not fit
     */
    public static LabelSplit draw(Dataset dataset, Request request, long seed) {
        return new SplitDraw(dataset, request, seed).draw();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws HalflightException if pictures were added, removed or changed since
     */
    public static LabelSplit read(Path csv, Dataset dataset) {
        return SplitFile.read(csv, dataset);
    }

    /**
     * The same split with other labels: as many of each class, out of the pictures that are trained on and whose class
     * is known. Test and validation pictures stay what they are, because an encoder may have been trained on all
     * others. With one seed the labels of a smaller number are among those of a larger one, and the number and seed that
     * the split was drawn with give its own labels again.
     *
     * @throws HalflightException if a class has fewer such pictures
     */
    public LabelSplit relabel(int perClass, long seed) {
        List<List<Integer>> pools = IntStream.range(0, classes.size())
                .mapToObj(c -> SplitDraw.ranked(
                        dataset, Arrays.stream(unlabelledStream()).filter(i -> known(i) == c), seed))
                .toList();
        checkEnough(new LabelRequest.PerClass(perClass), pools);
        Role[] newRoles = roles.clone();
        int[] newLabels = labels.clone();
        for (int i : unlabelledStream()) {
            newRoles[i] = Role.UNLABELLED;
            newLabels[i] = Dataset.UNLABELLED;
        }
        for (int c = 0; c < pools.size(); c++) {
            for (int i : pools.get(c).subList(0, perClass)) {
                newRoles[i] = Role.LABELLED;
                newLabels[i] = c;
            }
        }
        return new LabelSplit(dataset, classes, newRoles, newLabels);
    }

    /** A given list may have said more, or something else, than the dataset. */
    private int known(int index) {
        return labels[index] == Dataset.UNLABELLED ? dataset.label(index) : labels[index];
    }

    private void checkEnough(LabelRequest.PerClass request, List<List<Integer>> pools) {
        int fewest = IntStream.range(0, pools.size())
                .boxed()
                .min(Comparator.comparing(c -> pools.get(c).size()))
                .orElseThrow();
        int has = pools.get(fewest).size();
        if (has < request.n()) {
            throw HalflightException.usage(
                    "%d labelled pictures per class are asked for, but class '%s' of %s has %d %s to train on; %s"
                            .formatted(
                                    request.n(),
                                    classes.get(fewest),
                                    dataset.spec(),
                                    has,
                                    has == 1 ? "picture" : "pictures",
                                    has == 0 ? "add pictures of this class" : "ask for at most " + has));
        }
    }

    /**
     * Writes {@code picture,role,class,sha256}, one line a picture; the class stays empty unless the run may know it.
     * The file appears complete or not at all.
     */
    public void write(Path csv) {
        SplitFile.write(csv, text());
    }

    /** The 64 hexadecimal digits of the SHA-256 of the text that {@link #write} writes. Reads every picture's file. */
    public String sha256() {
        return Hashes.full(text().getBytes(StandardCharsets.UTF_8));
    }

    /** Class names; a label is an index into this list. */
    public List<String> classes() {
        return classes;
    }

    public Role role(int index) {
        return roles[index];
    }

    /** The class of a labelled, validation or test picture; {@link Dataset#UNLABELLED} for any other. */
    public int label(int index) {
        return labels[index];
    }

    /** Pictures trained on with their class, in the dataset's order. */
    public int[] labelled() {
        return having(Role.LABELLED);
    }

    /** Every picture trained on, the labelled ones included, in the dataset's order. */
    public int[] unlabelledStream() {
        return IntStream.range(0, roles.length)
                .filter(i -> roles[i] == Role.LABELLED || roles[i] == Role.UNLABELLED)
                .toArray();
    }

    /** Pictures that are trained on without their labels, the labelled ones left out. */
    public int[] unlabelled() {
        return having(Role.UNLABELLED);
    }

    public int[] validation() {
        return having(Role.VALIDATION);
    }

    public int[] test() {
        return having(Role.TEST);
    }

    /** Number of pictures with this role. */
    public int count(Role role) {
        return (int) Arrays.stream(roles).filter(r -> r == role).count();
    }

    private int[] having(Role role) {
        return IntStream.range(0, roles.length).filter(i -> roles[i] == role).toArray();
    }

    private synchronized String text() {
        if (text == null) {
            text = SplitFile.text(this, dataset);
        }
        return text;
    }
}
