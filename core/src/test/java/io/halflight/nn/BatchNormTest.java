package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.torch.NativeTorch;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchNormTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void agreesWithLibtorchInBothModesAndInItsStatistics() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(5);
            BatchNorm ours = new BatchNorm(4);
            BatchNorm2dImpl theirs = new BatchNorm2dImpl(new BatchNormOptions(4));
            Map<String, Tensor> state = StateDict.of(ours);
            Map<String, Tensor> expected = StateDict.of(theirs);
            assertThat(state.keySet()).isEqualTo(expected.keySet());
            for (int step = 0; step < 3; step++) {
                Tensor x = torch.randn(6, 4, 5, 5).add(torch.ones(1));
                assertThat(ours.forward(x).allclose(theirs.forward(x))).isTrue();
            }
            ours.train(false);
            theirs.train(false);
            Tensor x = torch.randn(6, 4, 5, 5);
            assertThat(ours.forward(x).allclose(theirs.forward(x))).isTrue();
            state.forEach((name, tensor) -> assertThat(tensor.to(torch.ScalarType.Double)
                            .allclose(expected.get(name).to(torch.ScalarType.Double)))
                    .as(name)
                    .isTrue());
        }
    }

    @Test
    void whereStatisticsStandStillTheBatchNormalisesAndLeavesNoTrace() {
        try (PointerScope scope = new PointerScope()) {
            BatchNorm bn = new BatchNorm(1);
            Map<String, Tensor> state = StateDict.of(bn);
            Tensor x = Tensor.create(new float[] {1, 3}, 2, 1);
            try (StillStatistics outer = new StillStatistics()) {
                try (StillStatistics inner = new StillStatistics()) {
                    bn.forward(x);
                }
                assertThat(bn.forward(x).select(0, 0).item_double()).isCloseTo(-1, within(1e-4));
                assertThat(state.get("running_mean").item_double()).isZero();
                assertThat(state.get("running_var").item_double()).isEqualTo(1);
                assertThat(state.get("num_batches_tracked").item_long()).isZero();
                bn.train(false);
                assertThat(bn.forward(x).select(0, 0).item_double()).isCloseTo(1, within(1e-4)); // (1 - 0) / 1
                bn.train(true);
            }
            bn.forward(x);
            assertThat(state.get("running_mean").item_double()).isCloseTo(0.2, within(1e-6));
        }
    }

    @Test
    void statisticsMoveInTrainingOnly() {
        try (PointerScope scope = new PointerScope()) {
            BatchNorm bn = new BatchNorm(1);
            Map<String, Tensor> state = StateDict.of(bn);
            Tensor x = Tensor.create(new float[] {1, 3}, 2, 1);
            bn.forward(x);
            assertThat(state.get("running_mean").item_double()).isCloseTo(0.2, within(1e-6));
            assertThat(state.get("running_var").item_double()).isCloseTo(0.9 + 0.1 * 2, within(1e-6));
            assertThat(state.get("num_batches_tracked").item_long()).isEqualTo(1);
            bn.train(false);
            assertThat(bn.forward(x).select(0, 0).item_double()).isCloseTo(0.8 / Math.sqrt(1.1), within(1e-4));
            assertThat(state.get("running_mean").item_double()).isCloseTo(0.2, within(1e-6));
            assertThat(state.get("num_batches_tracked").item_long()).isEqualTo(1);
        }
    }

    /** Momentum and epsilon by hand: two batches of mean 1 and 2, the first of variance 1e-4. */
    @ParameterizedTest
    @CsvSource({"TORCH, 0.1, 1e-5", "TENSORFLOW, 0.01, 1e-3", "FIXMATCH, 0.001, 1e-3"})
    void theFormDecidesMomentumAndEpsilon(NormForm form, double momentum, double eps) {
        try (PointerScope scope = new PointerScope()) {
            BatchNorm bn = new BatchNorm(1, form);
            Tensor y = bn.forward(Tensor.create(new float[] {0.99f, 1.01f}, 2, 1));
            assertThat(y.select(0, 1).item_double()).isCloseTo(0.01 / Math.sqrt(1e-4 + eps), within(1e-3));
            bn.forward(Tensor.create(new float[] {1, 3}, 2, 1));
            Map<String, Tensor> state = StateDict.of(bn);
            double mean = (1 - momentum) * momentum + momentum * 2;
            assertThat(state.get("running_mean").item_double()).isCloseTo(mean, within(1e-6));
        }
    }

    @Test
    void withoutShiftThereIsNoBetaAndTheOutputStaysCentred() {
        try (PointerScope scope = new PointerScope()) {
            BatchNorm bn = new BatchNorm(3, false, 1);
            assertThat(StateDict.of(bn))
                    .containsOnlyKeys("weight", "running_mean", "running_var", "num_batches_tracked");
            Tensor y = bn.forward(torch.randn(8, 3).add(torch.ones(1)));
            assertThat(y.mean(0).abs().max().item_double()).isLessThan(1e-6);
        }
    }

    @Test
    void aGainOfZeroSilencesTheOutput() {
        try (PointerScope scope = new PointerScope()) {
            Tensor y = new BatchNorm(3, true, 0).forward(torch.randn(8, 3));
            assertThat(y.abs().max().item_double()).isZero();
        }
    }

    @Test
    void canBeConvertedToAnotherType() {
        try (PointerScope scope = new PointerScope()) {
            BatchNorm bn = new BatchNorm(3);
            bn.to(torch.ScalarType.Double, false);
            Tensor y = bn.forward(torch.randn(8, 3).to(torch.ScalarType.Double));
            assertThat(y.scalar_type().intern()).isEqualTo(torch.ScalarType.Double);
        }
    }

    @Test
    void oneValueIsRefusedInTrainingOnly() {
        try (PointerScope scope = new PointerScope()) {
            BatchNorm bn = new BatchNorm(3);
            assertThatThrownBy(() -> bn.forward(torch.randn(1, 3)))
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContaining("batch of 2");
            bn.train(false);
            assertThat(bn.forward(torch.randn(1, 3)).numel()).isEqualTo(3);
        }
    }
}
