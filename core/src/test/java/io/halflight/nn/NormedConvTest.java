package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import io.halflight.torch.Winograd;
import java.util.concurrent.CompletableFuture;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
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

    /** Statistics as if something had been learnt. */
    @BeforeEach
    void learn() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            StateDict.of(norm).forEach((name, tensor) -> {
                if (!name.equals("num_batches_tracked")) {
                    tensor.copy_(torch.rand(8).add_(new Scalar(0.3)));
                }
            });
        }
        conv.eval();
        norm.eval();
    }

    private float[] plain(Tensor x) {
        return Tensors.toFloats(norm.forward(conv.forward(x)).detach());
    }

    @Test
    void whileAFoldingIsInForceBothAreOneConvolution() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Folding folding = new Folding()) {
            Tensor x = torch.randn(2, 3, 9, 9);
            float[] expected = plain(x);
            assertThat(Tensors.toFloats(both.forward(x))).containsExactly(expected);
            assertThat(Tensors.toFloats(folding.during(() -> both.forward(x))))
                    .as("seed %d", SEED)
                    .containsExactly(expected, within(2e-6f));
            StateDict.of(norm).get("weight").mul_(new Scalar(1.5));
            assertThat(Tensors.toFloats(folding.during(() -> both.forward(x))))
                    .as("the kernel is made once")
                    .containsExactly(expected, within(2e-6f));
            assertThat(Tensors.toFloats(both.forward(x))).containsExactly(plain(x));
        }
    }

    @Test
    void whatLearnsIsNotFolded() {
        try (PointerScope scope = new PointerScope();
                Folding folding = new Folding()) {
            Tensor x = torch.randn(2, 3, 9, 9);
            folding.during(() -> both.forward(x)).square().sum().backward();
            assertThat(StateDict.of(norm).get("weight").grad().defined()).isTrue();
            norm.train(true);
            float[] mean = Tensors.toFloats(StateDict.of(norm).get("running_mean"));
            try (NoGradGuard guard = new NoGradGuard()) {
                folding.during(() -> both.forward(x));
            }
            assertThat(Tensors.toFloats(StateDict.of(norm).get("running_mean"))).isNotEqualTo(mean);
        }
    }

    @Test
    void closingFreesTheKernels() {
        long before = 0;
        for (int i = 0; i < 40; i++) {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard();
                    Folding folding = new Folding()) {
                folding.during(() -> both.forward(torch.randn(2, 3, 9, 9)));
            }
            if (i == 19) {
                before = Pointer.totalCount();
            }
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    /** 64 channels, and enough tiles: by minimal filtering, with what follows in the same pass. */
    @Test
    void wideConvolutionsAreFilteredWhileAFoldingIsInForce() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Folding folding = new Folding()) {
            BatchNorm wideNorm = new BatchNorm(64);
            StateDict.of(wideNorm).get("running_var").mul_(new Scalar(3.0));
            StateDict.of(wideNorm).get("running_mean").add_(new Scalar(0.5));
            wideNorm.eval();
            NormedConv wide = new NormedConv(new Conv2d(64, 64, 3, 1), wideNorm);
            Tensor x = torch.randn(25, 64, 16, 16);
            Tensor shortcut = torch.randn(25, 64, 16, 16);
            Tensor plain = wide.forward(x);
            Tensor kernel = Winograd.kernel(wide.foldedWeight());
            Tensor filtered = Winograd.convolve(x, kernel, wide.foldedBias(), Winograd.Ending.NONE);
            assertThat(Tensors.toFloats(filtered))
                    .as("seed %d", SEED)
                    .containsExactly(Tensors.toFloats(plain), within(2e-4f));
            assertThat(folding.during(() -> wide.forward(x)).equal(filtered)).isTrue();
            assertThat(folding.during(() -> wide.rectified(x)).equal(filtered.relu()))
                    .isTrue();
            assertThat(folding.during(() -> wide.joined(x, shortcut))
                            .equal(filtered.add(shortcut).relu()))
                    .isTrue();
            assertThat(wide.rectified(x).equal(plain.relu())).isTrue();
            assertThat(wide.joined(x, shortcut).equal(plain.add(shortcut).relu()))
                    .isTrue();
            assertThat(folding.during(() -> Graph.of(wide, x).result()).equal(filtered))
                    .as("what is written down is the direct convolution")
                    .isFalse();
        }
    }

    /** 4 times 2^24 values fill what a folding keeps. */
    @Test
    void kernelsThatWouldTakeTooMuchMemoryAreNotTransformed() {
        try (PointerScope scope = new PointerScope();
                Folding folding = new Folding()) {
            Tensor large = torch.zeros(1365, 1365, 3, 3);
            assertThat(folding.transformed(large)).isNotNull();
            assertThat(folding.transformed(large)).isNotNull();
            assertThat(folding.transformed(torch.zeros(64, 64, 3, 3))).isNull();
        }
    }

    /** One layer in both modes under one folding: each has its own kernel. */
    @Test
    void aKernelWithoutItsNormalisationIsNotTakenForTheFoldedOne() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Folding folding = new Folding()) {
            BatchNorm wideNorm = new BatchNorm(64);
            StateDict.of(wideNorm).get("weight").mul_(new Scalar(2.0));
            NormedConv wide = new NormedConv(new Conv2d(64, 64, 3, 1), wideNorm);
            Tensor x = torch.randn(25, 64, 16, 16);
            wideNorm.train(true);
            folding.during(() -> wide.forward(x));
            wideNorm.eval();
            assertThat(Tensors.toFloats(folding.during(() -> wide.forward(x))))
                    .as("seed %d", SEED)
                    .containsExactly(Tensors.toFloats(wide.forward(x)), within(2e-4f));
        }
    }

    @Test
    void anotherThreadIsNotConcerned() {
        try (Folding folding = new Folding()) {
            Folding elsewhere = folding.during(
                    () -> CompletableFuture.supplyAsync(Folding::current).join());
            assertThat(elsewhere).isNull();
            assertThat(folding.during(Folding::current)).isSameAs(folding);
            assertThat(Folding.current()).isNull();
        }
    }

    @Test
    void aConvolutionWithABiasHasNoPlaceBeforeANormalisation() {
        assertThatThrownBy(() -> new NormedConv(new Conv2d(3, 8, 3, 1, 1, true, ConvInit.FAN_IN), norm))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
