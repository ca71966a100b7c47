package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SelectiveKernelTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void attentionAddsUpToOneForEveryChannel() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(4);
            SelectiveKernel sk = new SelectiveKernel(12, 2, 0.0625);
            Tensor u = sk.streams(torch.randn(3, 12, 9, 7));
            assertThat(u.shape()).containsExactly(3, 2, 12, 5, 4);
            Tensor a = sk.attention(u);
            assertThat(a.shape()).containsExactly(3, 2, 12, 1, 1);
            assertThat(a.sum(1).allclose(torch.ones(3, 12, 1, 1))).isTrue();
            assertThat(a.min().item_double()).isGreaterThan(0);
            assertThat(a.std().item_double()).as("it selects").isGreaterThan(0.01);
        }
    }

    @Test
    void outputIsTheWeightedSumOfTheTwoStreams() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(4);
            SelectiveKernel sk = new SelectiveKernel(12, 1, 0.0625);
            Tensor x = torch.randn(3, 12, 5, 5);
            Tensor u = sk.streams(x);
            Tensor a = sk.attention(u);
            Tensor expected =
                    a.select(1, 0).mul(u.select(1, 0)).add(a.select(1, 1).mul(u.select(1, 1)));
            assertThat(sk.forward(x).allclose(expected, 1e-5, 1e-6, false)).isTrue();
        }
    }

    @Test
    void withoutPreferenceTheStreamsAreAveraged() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(4);
            SelectiveKernel sk = new SelectiveKernel(12, 1, 0.0625);
            StateDict.of(sk).get("fc_select.weight").zero_();
            Tensor x = torch.randn(3, 12, 5, 5);
            Tensor y = sk.forward(x);
            Tensor mean = sk.streams(x).mul(new Scalar(0.5)).sum(1);
            assertThat(y.allclose(mean, 1e-5, 1e-6, false)).isTrue();
        }
    }

    @Test
    void theSqueezeIsNeverBelow32() {
        assertThat(SelectiveKernel.squeezed(64, 0.0625)).isEqualTo(32);
        assertThat(SelectiveKernel.squeezed(1024, 0.0625)).isEqualTo(64);
    }
}
