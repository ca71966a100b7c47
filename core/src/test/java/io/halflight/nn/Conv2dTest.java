package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Conv2dTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void depthwiseEachChannelMeetsItsOwnKernelAndTheBiasIsAdded() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Conv2d conv = new Conv2d(2, 2, 3, 1, 2, true, ConvInit.HE_FAN_OUT);
            Map<String, Tensor> state = StateDict.of(conv);
            assertThat(state.get("weight").shape()).containsExactly(2, 1, 3, 3);
            assertThat(Tensors.toFloats(state.get("bias"))).containsOnly(0);
            state.get("weight").select(0, 0).fill_(new Scalar(1.0));
            state.get("weight").select(0, 1).fill_(new Scalar(-2.0));
            state.get("bias").fill_(new Scalar(0.5));
            Tensor x = torch.ones(1, 2, 3, 3);
            assertThat(Tensors.toFloats(conv.forward(x).select(1, 0)))
                    .containsExactly(4.5f, 6.5f, 4.5f, 6.5f, 9.5f, 6.5f, 4.5f, 6.5f, 4.5f);
            assertThat(Tensors.toFloats(conv.forward(x).select(1, 1))[4]).isEqualTo(-17.5f);
        }
    }

    /** Deviations by hand: 1 / sqrt(9·64), sqrt(2 / (9·32)), that of a uniform: limit / sqrt 3; depthwise sqrt(2 / 9). */
    @ParameterizedTest
    @CsvSource({
        "FAN_IN, 64, 32, 1, 0.0416667",
        "HE_FAN_OUT, 64, 32, 1, 0.0833333",
        "HE_FAN_OUT, 256, 256, 256, 0.4714045",
        "GLOROT, 64, 32, 1, 0.0481125",
    })
    void kernelsHaveTheirDeviation(ConvInit init, int in, int out, int groups, double deviation) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(51);
            Tensor weight =
                    StateDict.of(new Conv2d(in, out, 3, 1, groups, false, init)).get("weight");
            assertThat(weight.std().item_double()).isCloseTo(deviation, within(0.05 * deviation));
            assertThat(weight.mean().item_double()).isCloseTo(0, within(0.1 * deviation));
        }
    }

    @Test
    void glorotIsUniform() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(52);
            Tensor weight = StateDict.of(new Conv2d(64, 32, 3, 1, 1, false, ConvInit.GLOROT))
                    .get("weight");
            double limit = Math.sqrt(6.0 / (9 * (64 + 32)));
            assertThat(weight.abs().max().item_double()).isBetween(0.99 * limit, limit);
        }
    }
}
