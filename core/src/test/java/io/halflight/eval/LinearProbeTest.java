package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearProbeTest {
    private static final LinearProbe.Config MILD = new LinearProbe.Config(1e-3, 200);

    @Test
    void theOptimumOfTwoPointsIsTheOneFoundByHand() {
        // At x = -1 and +1 with W = (-a, a) the derivative vanishes where l2 = 1 / (a (1 + exp(2 a))); a = 1 gives
        // this.
        double l2 = 1 / (1 + Math.exp(2));
        Tensor x = Tensors.floats(new float[] {-1, 1}, 2, 1);
        LinearProbe.Probe probe = LinearProbe.fit(x, new int[] {0, 1}, 2, new LinearProbe.Config(l2, 100));
        assertThat(Tensors.toFloats(probe.logits(x)))
                .usingComparatorWithPrecision(1e-3f)
                .containsExactly(1, -1, -1, 1);
    }

    @Test
    void anInterceptIsNotPenalised() {
        // Three of four rows are of class 0 and the feature says nothing: softmax(b) must be (3/4, 1/4) whatever the
        // penalty.
        Tensor x = Tensors.floats(new float[] {1, -1, 0, 0}, 4, 1);
        int[] labels = {0, 0, 0, 1};
        LinearProbe.Probe probe = LinearProbe.fit(x, labels, 2, new LinearProbe.Config(1e4, 100));
        float[] logits = Tensors.toFloats(probe.logits(Tensors.floats(new float[] {0}, 1, 1)));
        assertThat((double) logits[0] - logits[1]).isCloseTo(Math.log(3), within(1e-3));
    }

    @Test
    void theGradientVanishesAtTheSolution() {
        int n = 60;
        int d = 5;
        double l2 = 0.05;
        Clusters data = new Clusters(11, n, d, 3, 1.0);
        LinearProbe.Probe probe = LinearProbe.fit(data.features, data.labels, 3, new LinearProbe.Config(l2, 500));
        double best = objective(probe, data, l2, -1, 0);
        SplittableRandom random = new SplittableRandom(12);
        for (int trial = 0; trial < 10; trial++) {
            int column = random.nextInt(d);
            for (double factor : new double[] {0.8, 0.95, 1.05, 1.2}) {
                assertThat(objective(probe, data, l2, column, factor))
                        .as("column %d times %s", column, factor)
                        .isGreaterThan(best);
            }
        }
    }

    /** The documented objective, with one column of W scaled; W in standardised units is read off the logits. */
    private static double objective(LinearProbe.Probe probe, Clusters data, double l2, int column, double factor) {
        int n = data.labels.length;
        int d = data.d;
        double[] mean = new double[d];
        double[] deviation = new double[d];
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < n; i++) {
                mean[j] += data.values[i * d + j] / (double) n;
            }
            for (int i = 0; i < n; i++) {
                deviation[j] += Math.pow(data.values[i * d + j] - mean[j], 2) / n;
            }
            deviation[j] = Math.sqrt(deviation[j]);
        }
        float[] probes = new float[(d + 1) * d]; // the mean, then the mean plus one deviation along each axis
        for (int r = 0; r <= d; r++) {
            for (int j = 0; j < d; j++) {
                probes[r * d + j] = (float) (mean[j] + (r == j + 1 ? deviation[j] : 0));
            }
        }
        float[] out = Tensors.toFloats(probe.logits(Tensors.floats(probes, d + 1, d)));
        double value = 0;
        for (int i = 0; i < n; i++) {
            double[] z = new double[3];
            for (int k = 0; k < 3; k++) {
                z[k] = out[k];
                for (int j = 0; j < d; j++) {
                    double w = (out[(j + 1) * 3 + k] - out[k]) * (j == column ? factor : 1);
                    z[k] += w * (data.values[i * d + j] - mean[j]) / deviation[j];
                }
            }
            double sum = Math.exp(z[0]) + Math.exp(z[1]) + Math.exp(z[2]);
            value += (Math.log(sum) - z[data.labels[i]]) / n;
        }
        for (int k = 0; k < 3; k++) {
            for (int j = 0; j < d; j++) {
                double w = (out[(j + 1) * 3 + k] - out[k]) * (j == column ? factor : 1);
                value += 0.5 * l2 * w * w;
            }
        }
        return value;
    }

    @Test
    void theUnitsOfTheFeaturesDoNotMatter() {
        Clusters data = new Clusters(3, 200, 8, 4, 1.0);
        float[] scaled = data.values.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = scaled[i] * 1000 + 5000;
        }
        Tensor other = Tensors.floats(scaled, 200, 8);
        float[] one = Tensors.toFloats(
                LinearProbe.fit(data.features, data.labels, 4, MILD).logits(data.features));
        float[] two =
                Tensors.toFloats(LinearProbe.fit(other, data.labels, 4, MILD).logits(other));
        assertThat(two).usingComparatorWithPrecision(0.02f).containsExactly(one);
    }

    @Test
    void aConstantFeatureAndOneThatHardlyVariesDoNoHarm() {
        Clusters data = new Clusters(5, 100, 4, 2, 1.0);
        float[] wide = new float[100 * 6];
        float[] later = new float[6];
        for (int i = 0; i < 100; i++) {
            System.arraycopy(data.values, i * 4, wide, i * 6, 4);
            wide[i * 6 + 4] = 7;
            wide[i * 6 + 5] = i == 0 ? 1e-6f : 0; // a unit that is dead but for one picture
        }
        LinearProbe.Probe probe = LinearProbe.fit(Tensors.floats(wide, 100, 6), data.labels, 2, MILD);
        System.arraycopy(wide, 0, later, 0, 4);
        later[4] = 7;
        later[5] = 1; // and wakes up afterwards
        float[] logits = Tensors.toFloats(probe.logits(Tensors.floats(later, 1, 6)));
        assertThat(Math.abs(logits[0])).isLessThan(1000);
        assertThat(accuracy(probe, Tensors.floats(wide, 100, 6), data.labels, 2))
                .isGreaterThan(0.9);
    }

    @ParameterizedTest
    @CsvSource({"100, 2048, 10, 0", "100, 2048, 10, 1e-3", "20, 512, 20, 1e-3"})
    void fewRowsWithManyFeaturesAreLearnt(int n, int d, int classes, double l2) {
        Clusters data = new Clusters(21, n, d, classes, 0.5);
        LinearProbe.Probe probe = LinearProbe.fit(data.features, data.labels, classes, new LinearProbe.Config(l2, 100));
        assertThat(accuracy(probe, data.features, data.labels, classes)).isGreaterThan(0.99);
        float[] logits = Tensors.toFloats(probe.logits(data.features));
        for (float logit : logits) {
            assertThat(Float.isFinite(logit)).isTrue();
        }
    }

    @Test
    void rowsBeyondTheFirstBlockCountAsMuchAsAnyOther() {
        int n = 4200; // twice that is more than a block of 8192
        Clusters data = new Clusters(13, n, 4, 3, 1.5);
        float[] twice = new float[2 * n * 4];
        int[] labels = new int[2 * n];
        for (int i = 0; i < n; i++) { // the same rows again, in reverse: the optimum is the same
            for (int place : new int[] {i, 2 * n - 1 - i}) {
                System.arraycopy(data.values, i * 4, twice, place * 4, 4);
                labels[place] = data.labels[i];
            }
        }
        Tensor both = Tensors.floats(twice, 2 * n, 4);
        float[] one = Tensors.toFloats(
                LinearProbe.fit(data.features, data.labels, 3, MILD).logits(data.features));
        LinearProbe.Probe probe = LinearProbe.fit(both, labels, 3, MILD);
        float[] two = Tensors.toFloats(probe.logits(both));
        assertThat(Arrays.copyOf(two, n * 3))
                .usingComparatorWithPrecision(2e-3f)
                .containsExactly(one);
        assertThat(Tensors.toFloats(probe.logits(both.narrow(0, 2 * n - 1, 1))))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(Arrays.copyOfRange(two, 6 * n - 3, 6 * n));
    }

    @Test
    void fittingTwiceGivesTheSameBits() {
        Clusters data = new Clusters(2, 300, 16, 3, 2.0);
        float[] one = Tensors.toFloats(
                LinearProbe.fit(data.features, data.labels, 3, MILD).logits(data.features));
        float[] two = Tensors.toFloats(
                LinearProbe.fit(data.features, data.labels, 3, MILD).logits(data.features));
        assertThat(two).containsExactly(one);
    }

    @Test
    void randomLabelsGiveChanceOnNewRows() {
        SplittableRandom random = new SplittableRandom(8);
        Clusters data = new Clusters(9, 2000, 16, 4, 1.0);
        int[] noise = random.ints(1000, 0, 4).toArray();
        LinearProbe.Probe probe = LinearProbe.fit(data.features.narrow(0, 0, 1000), noise, 4, MILD);
        int[] others = random.ints(1000, 0, 4).toArray();
        // 1000 rows: chance is 0.25 with a deviation of 0.014
        assertThat(accuracy(probe, data.features.narrow(0, 1000, 1000), others, 4))
                .isBetween(0.19, 0.31);
    }

    @Test
    void theFirstSgdStepIsTheOneFoundByHand() {
        // From zero, both classes have probability 1/2; the gradient of W is ((-.25, .5), (.25, -.5)). With Nesterov
        // the
        // first step is (1 + 0.9) times the rate, here 128 * 2 / 256 = 1, times the gradient; the bias gets nothing.
        Tensor x = Tensors.floats(new float[] {1, 0, 0, 2}, 2, 2);
        var config = new LinearProbe.SgdConfig(1, 4096, 128, 1);
        LinearProbe.Probe probe = LinearProbe.sgd(x, new int[] {0, 1}, 2, config);
        Tensor axes = Tensors.floats(new float[] {1, 0, 0, 1, 0, 0}, 3, 2);
        assertThat(Tensors.toFloats(probe.logits(axes)))
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(0.475f, -0.475f, -0.95f, 0.95f, 0, 0);
    }

    @Test
    void theRateFallsAsACosine() {
        // One row, two classes, one feature x = 1, two steps of rate 1 and 1/2.
        Tensor x = Tensors.floats(new float[] {1}, 1, 1);
        var config = new LinearProbe.SgdConfig(2, 1, 256, 1);
        double w = 0;
        double v = 0;
        for (double rate : new double[] {1, 0.5}) {
            double g = -1 / (1 + Math.exp(4 * w)); // weight and bias move alike: the logits are (2 w, -2 w)
            v = 0.9 * v + g;
            w -= rate * (g + 0.9 * v);
        }
        float[] logits =
                Tensors.toFloats(LinearProbe.sgd(x, new int[] {0}, 2, config).logits(x));
        assertThat((double) logits[0]).isCloseTo(2 * w, within(1e-5));
        assertThat((double) logits[1]).isCloseTo(-2 * w, within(1e-5));
    }

    @Test
    void sgdLearnsAndRepeatsAndItsSeedCounts() {
        Clusters data = new Clusters(31, 1000, 16, 5, 0.5);
        var config = new LinearProbe.SgdConfig(10, 64, 0.1, 4);
        LinearProbe.Probe probe = LinearProbe.sgd(data.features, data.labels, 5, config);
        assertThat(accuracy(probe, data.features, data.labels, 5)).isGreaterThan(0.99);
        float[] one = Tensors.toFloats(probe.logits(data.features));
        float[] same = Tensors.toFloats(
                LinearProbe.sgd(data.features, data.labels, 5, config).logits(data.features));
        float[] other = Tensors.toFloats(
                LinearProbe.sgd(data.features, data.labels, 5, new LinearProbe.SgdConfig(10, 64, 0.1, 5))
                        .logits(data.features));
        assertThat(same).containsExactly(one);
        assertThat(other).isNotEqualTo(one);
    }

    @Test
    void theSchedulesAreThoseOfThePaperAndItsCode() {
        assertThat(LinearProbe.SgdConfig.imagenet(0)).isEqualTo(new LinearProbe.SgdConfig(90, 4096, 0.1, 0));
        assertThat(LinearProbe.SgdConfig.cifar(0)).isEqualTo(new LinearProbe.SgdConfig(100, 512, 0.1, 0));
    }

    @Test
    void nothingStaysAllocatedAndTheProbeOutlivesScopes() {
        Clusters data = new Clusters(1, 50, 4, 2, 1.0);
        run(data);
        long before = Leaks.settledCount();
        run(data);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    private static void run(Clusters data) {
        LinearProbe.Probe probe;
        LinearProbe.Probe other;
        try (PointerScope scope = new PointerScope()) {
            probe = LinearProbe.fit(data.features, data.labels, 2, MILD);
            other = LinearProbe.sgd(data.features, data.labels, 2, new LinearProbe.SgdConfig(2, 16, 0.1, 0));
        }
        try (PointerScope scope = new PointerScope()) {
            assertThat(probe.logits(data.features).shape()).containsExactly(50, 2);
            assertThat(other.logits(data.features).shape()).containsExactly(50, 2);
        }
    }

    @Test
    void misuseIsRefused() {
        Tensor x = Tensors.floats(new float[] {1, 2}, 2, 1);
        Tensor broken = Tensors.floats(new float[] {1, Float.POSITIVE_INFINITY}, 2, 1);
        int[] labels = {0, 1};
        assertThatThrownBy(() -> LinearProbe.fit(broken, labels, 2, MILD)).isInstanceOf(HalflightException.class);
        assertThatThrownBy(() -> LinearProbe.fit(x, new int[] {0, 2}, 2, MILD))
                .hasMessage("label 2 of row 1 is not in [0, 2)");
        assertThatThrownBy(() -> LinearProbe.fit(x, labels, 2, MILD).logits(Tensors.floats(new float[2], 1, 2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinearProbe.Config(-1, 10)).isInstanceOf(HalflightException.class);
        assertThatThrownBy(() -> new LinearProbe.Config(0, 0)).isInstanceOf(HalflightException.class);
        assertThatThrownBy(() -> new LinearProbe.SgdConfig(0, 1, 1, 0)).isInstanceOf(HalflightException.class);
        assertThatThrownBy(() -> new LinearProbe.SgdConfig(1, 1, 0, 0)).isInstanceOf(HalflightException.class);
    }

    private static double accuracy(LinearProbe.Probe probe, Tensor features, int[] labels, int classes) {
        List<String> names =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        return ClassificationMetrics.of(probe.logits(features), labels, names).top1();
    }

    /** Gaussian clouds around random centres of unit variance; {@code noise} is the deviation inside a cloud. */
    private static final class Clusters {
        private final int d;
        private final int[] labels;
        private final float[] values;
        private final Tensor features;

        Clusters(long seed, int n, int d, int classes, double noise) {
            this.d = d;
            SplittableRandom random = new SplittableRandom(seed);
            double[][] centres = new double[classes][d];
            for (double[] centre : centres) {
                for (int j = 0; j < d; j++) {
                    centre[j] = random.nextGaussian();
                }
            }
            labels = new int[n];
            values = new float[n * d];
            for (int i = 0; i < n; i++) {
                labels[i] = i % classes;
                for (int j = 0; j < d; j++) {
                    values[i * d + j] = (float) (centres[labels[i]][j] + noise * random.nextGaussian());
                }
            }
            features = Tensors.floats(values, n, d);
        }
    }
}
