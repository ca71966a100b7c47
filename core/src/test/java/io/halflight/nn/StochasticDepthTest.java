package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StochasticDepthTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void eachPictureIsDroppedAsAWholeOrDividedByTheProbabilityToKeepIt() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(41);
            Tensor y = new StochasticDepth(0.75).apply(torch.ones(64, 3, 2, 2), true);
            int kept = 0;
            for (int row = 0; row < 64; row++) {
                float[] values = Tensors.toFloats(y.select(0, row));
                assertThat(values).containsOnly(values[0]);
                assertThat(values[0]).isIn(0f, 4f);
                kept += values[0] > 0 ? 1 : 0;
            }
            assertThat(kept).isBetween(6, 28); // 16 expected, deviation 3.5
        }
    }

    @Test
    void theMeanOverManyDrawsIsTheBranch() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(42);
            Tensor branch = torch.ones(20_000, 1, 1, 1);
            for (double rate : new double[] {0.1, 0.5, 0.8}) {
                Tensor y = new StochasticDepth(rate).apply(branch, true);
                double deviation = Math.sqrt(rate / (1 - rate) / 20_000);
                assertThat(y.mean().item_double()).as("rate %s", rate).isCloseTo(1, within(5 * deviation));
                double kept = y.gt(torch.zeros(1)).to(ScalarType.Double).mean().item_double();
                assertThat(kept).as("rate %s", rate).isCloseTo(1 - rate, within(0.02));
            }
        }
    }

    @Test
    void inEvaluationAndAtRateZeroNothingIsDrawn() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.ones(8, 2);
            torch.manual_seed(43);
            Tensor expected = torch.rand(4);
            torch.manual_seed(43);
            assertThat(new StochasticDepth(0.5).apply(x, false)).isSameAs(x);
            assertThat(new StochasticDepth(0).apply(x, true)).isSameAs(x);
            assertThat(torch.rand(4).equal(expected)).isTrue();
            torch.manual_seed(43);
            new StochasticDepth(0.5).apply(x, true);
            assertThat(torch.rand(4).equal(expected)).isFalse();
        }
    }

    @Test
    void theSeedOfTorchDecidesWhatIsDropped() {
        try (PointerScope scope = new PointerScope()) {
            StochasticDepth depth = new StochasticDepth(0.5);
            Tensor x = torch.ones(64, 1);
            torch.manual_seed(44);
            Tensor first = depth.apply(x, true);
            assertThat(depth.apply(x, true).equal(first)).isFalse();
            torch.manual_seed(44);
            assertThat(depth.apply(x, true).equal(first)).isTrue();
        }
    }

    @Test
    void theGradientGoesThroughWhatIsKeptOnly() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(45);
            Tensor x = torch.ones(16, 2).set_requires_grad(true);
            Tensor y = new StochasticDepth(0.5).apply(x, true);
            y.sum().backward();
            assertThat(x.grad().equal(y)).isTrue();
        }
    }

    @Test
    void halfPrecisionStaysHalfPrecision() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(46);
            Tensor y = new StochasticDepth(0.2).apply(torch.ones(16, 2).to(ScalarType.BFloat16), true);
            assertThat(y.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            assertThat(Tensors.toFloats(y)).containsOnly(0f, 1.25f);
        }
    }

    @Test
    void impossibleRatesAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StochasticDepth(1))
                .withMessageContaining("got 1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new StochasticDepth(-0.1));
    }
}
