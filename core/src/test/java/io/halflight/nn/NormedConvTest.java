package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NormedConvTest {
    private static final long SEED = 11;

    @BeforeAll
    static void load() {
        NativeTorch.load();
        torch.manual_seed(SEED);
    }

    private final Conv2d conv = new Conv2d(3, 8, 3, 2);
    private final BatchNorm norm = new BatchNorm(8);
    private final NormedConv both = new NormedConv(conv, norm);

    /** As if something had been learnt. */
    private void learn() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            StateDict.of(norm).forEach((name, tensor) -> {
                if (!name.equals("num_batches_tracked")) {
                    tensor.copy_(torch.rand(8).add_(new Scalar(0.3)));
                }
            });
        }
    }

    private static float[] plain(Tensor x, Conv2d conv, BatchNorm norm) {
        return Tensors.toFloats(norm.forward(conv.forward(x)).detach());
    }

    @Test
    void withoutGradientsBothAreOneConvolution() {
        learn();
        conv.eval();
        norm.eval();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.randn(2, 3, 9, 9);
            float[] expected = plain(x, conv, norm);
            try (NoGradGuard guard = new NoGradGuard()) {
                assertThat(Tensors.toFloats(both.forward(x)))
                        .as("seed %d", SEED)
                        .containsExactly(expected, within(2e-6f));
            }
        }
    }

    @Test
    void whateverChangesIsFoldedAnew() {
        conv.eval();
        norm.eval();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = torch.randn(2, 3, 9, 9);
            for (String name : new String[] {"weight", "bias", "running_mean", "running_var", "kernel"}) {
                float[] before = Tensors.toFloats(both.forward(x));
                Tensor changed = name.equals("kernel")
                        ? StateDict.of(conv).get("weight")
                        : StateDict.of(norm).get(name);
                changed.mul_(new Scalar(1.5)).add_(new Scalar(0.25));
                float[] after = Tensors.toFloats(both.forward(x));
                assertThat(after).as(name).isNotEqualTo(before).containsExactly(plain(x, conv, norm), within(5e-6f));
            }
        }
    }

    @Test
    void aNetworkThatLearnsIsNotFolded() {
        norm.train(true);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = torch.randn(2, 3, 9, 9);
            float[] mean = Tensors.toFloats(StateDict.of(norm).get("running_mean"));
            both.forward(x);
            assertThat(Tensors.toFloats(StateDict.of(norm).get("running_mean"))).isNotEqualTo(mean);
        }
        norm.eval();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.randn(2, 3, 9, 9);
            both.forward(x).square().sum().backward();
            assertThat(StateDict.of(norm).get("weight").grad().defined())
                    .as("gradients reach gamma in evaluation mode")
                    .isTrue();
        }
    }

    @Test
    void foldingAgainAndAgainKeepsNothing() {
        conv.eval();
        norm.eval();
        long before = 0;
        for (int i = 0; i < 60; i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                StateDict.of(norm).get("running_mean").add_(new Scalar(0.1));
                both.forward(torch.randn(2, 3, 9, 9));
            }
            if (i == 19) {
                before = Pointer.totalCount();
            }
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }
}
