package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.json.Json;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class ClassificationMetricsTest {
    private static final List<String> ABC = List.of("a", "b", "c");

    /** Logits are logarithms of probabilities, so that those are known. */
    private static ClassificationMetrics of(int[] labels, List<String> classes, double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (Math.log(probabilities[i]) + 100); // any shift of a row is without effect
        }
        return ClassificationMetrics.of(Tensors.floats(logits, labels.length, classes.size()), labels, classes);
    }

    private static ClassificationMetrics fourPictures() {
        return of(
                new int[] {0, 0, 1, 1},
                ABC,
                0.7,
                0.2,
                0.1, // right
                0.2,
                0.5,
                0.3, // a taken for b
                0.1,
                0.8,
                0.1, // right
                0.3,
                0.68,
                0.02); // right
    }

    @Test
    void sharesAndCountsAreThoseFoundByHand() {
        ClassificationMetrics metrics = fourPictures();
        assertThat(metrics.top1()).isEqualTo(0.75);
        assertThat(metrics.confusion()).isDeepEqualTo(new int[][] {{1, 1, 0}, {0, 2, 0}, {0, 0, 0}});
        assertThat(metrics.perClass().get(0)).isEqualTo(new ClassificationMetrics.PerClass("a", 1, 0.5, 2));
        assertThat(metrics.perClass().get(1)).isEqualTo(new ClassificationMetrics.PerClass("b", 2 / 3.0, 1, 2));
        assertThat(metrics.perClass().get(2))
                .isEqualTo(new ClassificationMetrics.PerClass("c", Double.NaN, Double.NaN, 0));
    }

    @Test
    void theLikelihoodIsTheMeanLogarithm() {
        double expected = -(Math.log(0.7) + Math.log(0.2) + Math.log(0.8) + Math.log(0.68)) / 4;
        assertThat(fourPictures().nll()).isCloseTo(expected, within(1e-5));
    }

    @Test
    void calibrationIsTheOneFoundByHand() {
        // Bins of 1/15: 0.7 and 0.68 lie in the 11th (0.667 to 0.733), 0.5 in the 8th, 0.8 in the 12th (0.733 to 0.8).
        ClassificationMetrics metrics =
                of(new int[] {0, 0, 1, 1}, ABC, 0.7, 0.2, 0.1, 0.2, 0.5, 0.3, 0.1, 0.79, 0.11, 0.3, 0.68, 0.02);
        assertThat(metrics.calibration()).hasSize(15);
        assertThat(metrics.calibration().get(10).count()).isEqualTo(2);
        assertThat(metrics.calibration().get(10).confidence()).isCloseTo(0.69, within(1e-5));
        assertThat(metrics.calibration().get(10).accuracy()).isEqualTo(1);
        assertThat(metrics.calibration().get(7).accuracy()).isZero();
        assertThat(metrics.calibration().get(11).count()).isEqualTo(1);
        assertThat(metrics.calibration().get(0).count()).isZero();
        assertThat(metrics.calibration().get(0).confidence()).isNaN();
        // (2 * |1 - 0.69| + |0 - 0.5| + |1 - 0.79|) / 4
        assertThat(metrics.ece()).isCloseTo((0.62 + 0.5 + 0.21) / 4, within(1e-5));
    }

    @Test
    void errorsThatCancelInABinDoNotCount() {
        // Both in the bin of 0.5; one right, one wrong, confidence 0.5: calibrated.
        assertThat(of(new int[] {0, 1}, List.of("a", "b"), 0.5, 0.5, 0.5, 0.5).ece())
                .isCloseTo(0, within(1e-6));
    }

    @Test
    void certaintyLiesInTheLastBin() {
        ClassificationMetrics metrics = ClassificationMetrics.of(
                Tensors.floats(new float[] {500, -500, -500, 500}, 2, 2), new int[] {0, 0}, List.of("a", "b"));
        assertThat(metrics.calibration().get(14)).isEqualTo(new ClassificationMetrics.Bin(1, 0.5, 2));
        assertThat(metrics.nll()).isCloseTo(500, within(1e-6)); // 0 and 1000
    }

    @Test
    void topFiveCountsTheFiveHighest() {
        List<String> seven = List.of("a", "b", "c", "d", "e", "f", "g");
        double[] falling = {0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05};
        double[] twice = Arrays.copyOf(falling, 14);
        System.arraycopy(falling, 0, twice, 7, 7);
        assertThat(of(new int[] {4, 5}, seven, twice).top5()).isEqualTo(0.5);
        assertThat(of(new int[] {0, 0}, seven, twice).top5()).isEqualTo(1);
        assertThat(of(new int[] {6, 5}, seven, twice).top5()).isZero();
    }

    @Test
    void withFewerThanSixClassesEverythingIsAmongTheTopFive() {
        assertThat(fourPictures().top5()).isEqualTo(1);
        assertThat(of(new int[] {0}, List.of("only"), 1).top5()).isEqualTo(1);
        assertThat(of(new int[] {0}, List.of("only"), 1).top1()).isEqualTo(1);
    }

    @Test
    void equalLogitsAreRankedByClass() {
        // A network that says nothing must not count as right on every class.
        List<String> eight = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        double[] flat = new double[64];
        Arrays.fill(flat, 0.125);
        ClassificationMetrics metrics = of(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, eight, flat);
        assertThat(metrics.top1()).isEqualTo(0.125);
        assertThat(metrics.top5()).isEqualTo(0.625);
    }

    @Test
    void moreRowsThanABlockAreAllCounted() {
        int n = 10_000;
        float[] logits = new float[2 * n];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 2;
            logits[2 * i + (i < 9_000 ? labels[i] : 1 - labels[i])] = 1;
        }
        ClassificationMetrics metrics =
                ClassificationMetrics.of(Tensors.floats(logits, n, 2), labels, List.of("a", "b"));
        assertThat(metrics.top1()).isEqualTo(0.9);
        assertThat(metrics.confusion()).isDeepEqualTo(new int[][] {{4500, 500}, {500, 4500}});
    }

    @Test
    void theJsonHasTheShapeThatReportsRead() {
        String json = Json.write(
                of(new int[] {0, 1}, List.of("a", "b"), 0.75, 0.25, 0.75, 0.25).toJson());
        assertThat(json)
                .matches("\\{\"accuracy\":0\\.5,\"top5\":1\\.0,\"ece\":0\\.2\\d+,\"nll\":0\\.83\\d+,"
                        + "\"confusion\":\\[\\[1,0],\\[1,0]],"
                        + "\"perClass\":\\[\\{\"class\":\"a\",\"precision\":0\\.5,\"recall\":1\\.0,\"support\":1},"
                        + "\\{\"class\":\"b\",\"precision\":null,\"recall\":0\\.0,\"support\":1}],"
                        + "\"calibration\":\\[\\{\"confidence\":0\\.7\\d+,\"accuracy\":0\\.5,\"count\":2}]}");
    }

    @Test
    void nothingStaysAllocated() {
        var logits = Tensors.floats(new float[] {1, 2}, 1, 2);
        ClassificationMetrics.of(logits, new int[] {0}, List.of("a", "b"));
        long before = Leaks.settledCount();
        ClassificationMetrics.of(logits, new int[] {0}, List.of("a", "b"));
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void misuseIsRefused() {
        var logits = Tensors.floats(new float[] {1, 2}, 1, 2);
        assertThatThrownBy(() -> ClassificationMetrics.of(logits, new int[] {0}, ABC))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClassificationMetrics.of(logits, new int[] {-1}, List.of("a", "b")))
                .isInstanceOf(IllegalArgumentException.class);
        var broken = Tensors.floats(new float[] {1, Float.NaN}, 1, 2);
        assertThatThrownBy(() -> ClassificationMetrics.of(broken, new int[] {0}, List.of("a", "b")))
                .isInstanceOf(HalflightException.class);
    }
}
