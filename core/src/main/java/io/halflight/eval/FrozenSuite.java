package io.halflight.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The published ways to judge frozen features, side by side, each with its protocol in words: figures that are called
 * "accuracy" differ by several points from one protocol to the next.
 *
 * <p>SimCLR's transfer protocol refits to training and validation pictures together once the penalty is known. Here the
 * labelled pictures alone teach, since with ten labels a class the validation pictures would double them.
 */
public final class FrozenSuite {
    /** One penalty a decade over the range of SimCLR's appendix B.8, which takes 45 in the same range. */
    private static final double[] PENALTIES = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5};

    private static final int ITERATIONS = 200;

    /** SimCLR's batch, and where there are few labels at least four steps in each epoch. */
    private static final int LARGEST_BATCH = 4096;

    private static final int LEAST_STEPS = 4;

    /**
     * Features of pictures and what the pictures show.
     *
     * @param features [n, d]
     * @param labels length n, in [0, classes)
     */
    public record Labelled(Tensor features, int[] labels) {}

    /**
     * How neighbours vote.
     *
     * @param k neighbours
     * @param temperature of their weights exp(cosine / temperature)
     */
    public record Neighbours(int k, double temperature) {}

    /**
     * One figure.
     *
     * @param name {@code knn}, {@code linear} or {@code linearSgd}
     * @param accuracy share of the test pictures
     * @param protocol how it was taken
     */
    public record Figure(String name, double accuracy, String protocol) {}

    private FrozenSuite() {}

    /**
     * Takes all figures.
     *
     * @param bank the labelled pictures, which teach
     * @param validation picks the penalty of the logistic regression; null to take 0.001
     * @param test the pictures that are asked
     * @param classes their names
     * @param seed of the order in which gradient descent sees the features
     */
    public static List<Figure> of(
            Labelled bank,
            @Nullable Labelled validation,
            Labelled test,
            List<String> classes,
            Neighbours neighbours,
            long seed) {
        List<Figure> figures = new ArrayList<>();
        double knn = KNearestNeighbours.accuracy(
                bank.features(),
                bank.labels(),
                test.features(),
                test.labels(),
                classes.size(),
                neighbours.k(),
                neighbours.temperature());
        figures.add(new Figure(
                "knn",
                knn,
                "weighted k-NN, k = %d of %d labelled pictures, cosine, temperature %s"
                        .formatted(neighbours.k(), bank.labels().length, plain(neighbours.temperature()))));
        figures.add(logistic(bank, validation, test, classes));
        figures.add(descent(bank, test, classes, seed));
        return figures;
    }

    private static Figure logistic(Labelled bank, @Nullable Labelled validation, Labelled test, List<String> classes) {
        if (validation == null) {
            double l2 = 1e-3;
            double accuracy = accuracy(fit(bank, classes, l2), test, classes);
            return new Figure(
                    "linear",
                    accuracy,
                    "logistic regression by L-BFGS on %d pictures, l2 = %s without a sweep: no validation pictures take part"
                            .formatted(bank.labels().length, plain(l2)));
        }
        double best = PENALTIES[0];
        double highest = -1;
        for (double l2 : PENALTIES) {
            double accuracy = accuracy(fit(bank, classes, l2), validation, classes);
            if (accuracy > highest) { // of equals the smallest penalty
                highest = accuracy;
                best = l2;
            }
        }
        double accuracy = accuracy(fit(bank, classes, best), test, classes);
        return new Figure(
                "linear",
                accuracy,
                "logistic regression by L-BFGS on %d pictures, l2 = %s picked from %d values on %d validation pictures"
                        .formatted(bank.labels().length, plain(best), PENALTIES.length, validation.labels().length));
    }

    private static Figure descent(Labelled bank, Labelled test, List<String> classes, long seed) {
        int batch = Math.max(1, Math.min(LARGEST_BATCH, bank.labels().length / LEAST_STEPS));
        LinearProbe.SgdConfig config = new LinearProbe.SgdConfig(90, batch, 0.1, seed);
        LinearProbe.Probe probe = LinearProbe.sgd(bank.features(), bank.labels(), classes.size(), config);
        return new Figure(
                "linearSgd",
                accuracy(probe, test, classes),
                "linear classifier by Nesterov SGD on %d pictures, whole picture, 90 epochs, batch %d, rate 0.1 x batch / 256, cosine, no penalty, last epoch"
                        .formatted(bank.labels().length, batch));
    }

    private static LinearProbe.Probe fit(Labelled set, List<String> classes, double l2) {
        return LinearProbe.fit(set.features(), set.labels(), classes.size(), new LinearProbe.Config(l2, ITERATIONS));
    }

    private static double accuracy(LinearProbe.Probe probe, Labelled asked, List<String> classes) {
        try (PointerScope scope = new PointerScope()) {
            return ClassificationMetrics.of(probe.logits(asked.features()), asked.labels(), classes)
                    .top1();
        }
    }

    private static String plain(double value) {
        return String.format(Locale.ROOT, "%.4g", value)
                .replaceFirst("(\\.\\d*?)0+(e|$)", "$1$2")
                .replaceFirst("\\.(e|$)", "$1");
    }
}
