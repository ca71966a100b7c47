package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.Autocast;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureStatisticsTest {
    static {
        NativeTorch.load();
    }

    private static final List<UnaryOperator<Tensor>> ALL = List.of(
            FeatureStatistics::deviation,
            FeatureStatistics::effectiveRank,
            h -> FeatureStatistics.alignment(h, h.flip(0)),
            FeatureStatistics::uniformity);

    @Test
    void deviationMatchesHandComputedValues() {
        // Each dimension of the unit rows is {1, 0}: deviation sqrt(1/2), times sqrt(2).
        assertThat(deviation(matrix(2, 3, 0, 0, 5))).isCloseTo(1, within(1e-6));
        // {0.6, 0.8} in both: sqrt(2) / 10, times sqrt(2).
        assertThat(deviation(matrix(2, 3, 4, 4, 3))).isCloseTo(0.2, within(1e-6));
        assertThat(deviation(matrix(2, 1, 2, 1, 2, 1, 2))).isZero();
    }

    @Test
    void deviationOfGaussianFeaturesIsNearOne() {
        assertThat(deviation(gaussian(1, 512, 64))).isCloseTo(1, within(0.02));
    }

    @Test
    void effectiveRankMatchesHandComputedValues() {
        Tensor h = matrix(2, 2, 0, -2, 0, 0, 1, 0, -1); // singular values sqrt(8) and sqrt(2): shares 2/3 and 1/3
        double expected = Math.exp(-(2 * Math.log(2.0 / 3) + Math.log(1.0 / 3)) / 3);
        assertThat(rank(h)).isCloseTo(expected, within(1e-6));
        assertThat(rank(h.add(matrix(2, 5, -7)))).isCloseTo(expected, within(1e-6)); // whatever they share
        assertThat(rank(h.mul(new Scalar(1e-3)))).isCloseTo(expected, within(1e-6));
        Tensor wide = torch.cat(new TensorVector(h, torch.zeros(4, 6)), 1); // fewer rows than columns
        assertThat(rank(wide)).isCloseTo(expected, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 16})
    void effectiveRankOfOrthonormalDirectionsIsTheirCount(int count) {
        Tensor e = torch.eye(16).narrow(0, 0, count);
        Tensor both = torch.cat(new TensorVector(e, e.neg()), 0); // the mean is 0
        assertThat(rank(both)).isCloseTo(count, within(1e-4));
        // Without the opposites their mean takes one direction away: a simplex of n corners has n - 1.
        assertThat(rank(e)).isCloseTo(Math.max(1, count - 1), within(1e-4));
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 64, 300})
    void effectiveRankOfOneDirectionIsOne(long d) {
        Tensor line = gaussian(2, 200, 1).mm(gaussian(3, 1, d));
        assertThat(rank(line)).isCloseTo(1, within(1e-3));
        assertThat(rank(line.add(gaussian(4, 1, d)))).isCloseTo(1, within(1e-3));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 512})
    void effectiveRankOfEqualRowsIsOne(long n) {
        assertThat(rank(gaussian(5, 1, 100).repeat(n, 1))).isEqualTo(1);
        assertThat(rank(torch.zeros(n, 3))).isEqualTo(1);
        // The last digit of float32, as different places in a batch may round differently.
        Tensor rounded = torch.ones(n, 100).add(gaussian(6, n, 100).sign().mul(new Scalar(6e-8)));
        assertThat(rank(rounded)).isEqualTo(1);
    }

    @Test
    void effectiveRankOfGaussianFeaturesIsNearTheirDimension() {
        assertThat(rank(gaussian(7, 512, 8))).isBetween(7.9, 8.0);
        assertThat(rank(gaussian(8, 32, 512))).isBetween(29.0, 31.0); // 32 rows span 31 directions
    }

    @Test
    void effectiveRankLooksAtTheFirstRows() {
        Tensor first = gaussian(9, 512, 4);
        Tensor more = torch.cat(new TensorVector(first, gaussian(10, 100, 1).mm(torch.ones(1, 4))), 0);
        assertThat(rank(more)).isEqualTo(rank(first));
    }

    @Test
    void alignmentMatchesHandComputedValues() {
        Tensor a = matrix(2, 1, 0, 0, 2);
        assertThat(alignment(a, matrix(2, 0, 3, 0, 1))).isCloseTo(1, within(1e-6)); // 2 and 0
        assertThat(alignment(a, a)).isZero();
        assertThat(alignment(a, a.neg())).isCloseTo(4, within(1e-6));
        assertThat(alignment(gaussian(11, 400, 64), gaussian(12, 400, 64))).isCloseTo(2, within(0.05));
    }

    @Test
    void uniformityMatchesHandComputedValues() {
        assertThat(uniformity(matrix(2, 1, 0, 0, 1))).isCloseTo(-4, within(1e-5));
        // Squared distances 2, 4 and 2.
        double expected = Math.log((2 * Math.exp(-4) + Math.exp(-8)) / 3);
        assertThat(uniformity(matrix(2, 1, 0, 0, 1, -1, 0))).isCloseTo(expected, within(1e-5));
        assertThat(uniformity(torch.ones(4, 3))).isCloseTo(0, within(1e-5));
        // A row of zeros is 1 away from a unit row.
        assertThat(uniformity(matrix(2, 1, 0, 0, 0))).isCloseTo(-2, within(1e-5));
        assertThat(uniformity(gaussian(13, 512, 128))).isCloseTo(-4 + 8 / 128.0, within(0.02));
    }

    @Test
    void noneDependsOnTheLengthOfTheRows() {
        Tensor h = gaussian(14, 32, 8);
        for (UnaryOperator<Tensor> statistic : ALL) {
            double expected = value(statistic.apply(h));
            assertThat(value(statistic.apply(h.mul(new Scalar(1e-3))))).isCloseTo(expected, within(1e-4));
            assertThat(value(statistic.apply(h.mul(new Scalar(1e3))))).isCloseTo(expected, within(1e-4));
        }
        Tensor lengths = gaussian(15, 32, 1).abs().add(new Scalar(0.1)); // one for each row
        assertThat(deviation(h.mul(lengths))).isCloseTo(deviation(h), within(1e-5));
        assertThat(uniformity(h.mul(lengths))).isCloseTo(uniformity(h), within(1e-5));
        assertThat(alignment(h.mul(lengths), h)).isCloseTo(0, within(1e-5));
    }

    @Test
    void noneIsChangedByAutocast() {
        Tensor h = gaussian(16, 32, 8);
        for (UnaryOperator<Tensor> statistic : ALL) {
            double full = value(statistic.apply(h));
            try (Autocast autocast = Autocast.of(Devices.parse("cpu"), Precision.BF16)) {
                assertThat(value(statistic.apply(h))).isEqualTo(full);
                assertThat(statistic
                                .apply(h.to(ScalarType.BFloat16))
                                .scalar_type()
                                .intern())
                        .isEqualTo(ScalarType.Float);
            }
        }
    }

    @Test
    void noneCarriesAGradientOrChangesItsArgument() {
        Tensor h = gaussian(17, 16, 4).set_requires_grad(true);
        float[] before = Tensors.toFloats(h);
        for (UnaryOperator<Tensor> statistic : ALL) {
            Tensor scalar = statistic.apply(h);
            assertThat(scalar.dim()).isZero();
            assertThat(scalar.requires_grad()).isFalse();
        }
        assertThat(Tensors.toFloats(h)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void whatIsNoNumberGivesNaN(float bad) {
        Tensor h = matrix(2, 1, 0, 0, bad, 1, 1);
        for (UnaryOperator<Tensor> statistic : ALL) {
            assertThat(value(statistic.apply(h))).isNaN();
        }
    }

    @Test
    void oneRowHasNoSpread() {
        Tensor h = matrix(3, 1, 2, 3);
        assertThat(deviation(h)).isNaN();
        assertThat(uniformity(h)).isNaN();
        assertThat(rank(h)).isEqualTo(1);
    }

    @Test
    void leavesNothingBehind() {
        Tensor h = gaussian(18, 32, 8);
        measure(h, 3);
        System.gc(); // handles of the construction go, so that they cannot hide those of a leak
        measure(h, 1);
        long before = Pointer.totalCount();
        measure(h, 30);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    private static void measure(Tensor h, int times) {
        for (int i = 0; i < times; i++) {
            try (PointerScope scope = new PointerScope()) {
                ALL.forEach(statistic -> value(statistic.apply(h)));
            }
        }
    }

    @Test
    void refusesWhatItCannotMeasure() {
        for (UnaryOperator<Tensor> statistic : ALL) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> statistic.apply(torch.zeros(0, 4)))
                    .withMessageContaining("[0, 4]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> statistic.apply(torch.zeros(4)))
                    .withMessageContaining("[4]");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureStatistics.alignment(torch.ones(2, 3), torch.ones(1, 3)))
                .withMessageContaining("[2, 3] and [1, 3]");
    }

    private static double deviation(Tensor h) {
        return value(FeatureStatistics.deviation(h));
    }

    private static double rank(Tensor h) {
        return value(FeatureStatistics.effectiveRank(h));
    }

    private static double alignment(Tensor a, Tensor b) {
        return value(FeatureStatistics.alignment(a, b));
    }

    private static double uniformity(Tensor z) {
        return value(FeatureStatistics.uniformity(z));
    }

    private static double value(Tensor scalar) {
        return Tensors.item(scalar);
    }

    private static Tensor matrix(long columns, float... values) {
        return Tensors.floats(values, values.length / columns, columns);
    }

    private static Tensor gaussian(long seed, long rows, long columns) {
        Random random = new Random(seed);
        float[] values = new float[(int) (rows * columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.floats(values, rows, columns);
    }
}
