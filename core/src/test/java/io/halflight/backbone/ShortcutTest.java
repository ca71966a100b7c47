package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ShortcutTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    private static float[] pooled(int stride, long height, long width) {
        float[] values = new float[(int) (height * width)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        Tensor y = new Shortcut(1, 8, stride, true)
                .pool(Tensor.create(values, 1, 1, height, width))
                .contiguous();
        float[] out = new float[(int) y.numel()];
        y.data_ptr_float().get(out);
        return out;
    }

    @Test
    void strideTwoCountsTheCellsBeyondAnOddSideAsZeros() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(pooled(2, 3, 3)).containsExactly(3f, 2.25f, 3.75f, 2.25f);
            assertThat(pooled(2, 2, 3)).containsExactly(3f, 2.25f);
            assertThat(pooled(2, 2, 2)).containsExactly(2.5f);
        }
    }

    @Test
    void strideOneLeavesCellsBeyondTheEdgeOut() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(pooled(1, 3, 3)).containsExactly(3f, 4f, 4.5f, 6f, 7f, 7.5f, 7.5f, 8.5f, 9f);
        }
    }

    @Test
    void matchesTheSizeOfTheStridedBranchForOddAndEvenSides() {
        try (PointerScope scope = new PointerScope()) {
            for (long side = 1; side <= 8; side++) {
                for (int stride = 1; stride <= 2; stride++) {
                    for (boolean pooled : new boolean[] {false, true}) {
                        Tensor y = new Shortcut(2, 8, stride, pooled).forward(torch.randn(2, 2, side, side + 1));
                        assertThat(y.shape())
                                .as("side %d stride %d pooled %s", side, stride, pooled)
                                .containsExactly(2, 8, (side + stride - 1) / stride, (side + stride) / stride);
                    }
                }
            }
        }
    }

    @Test
    void namesAreTorchvisionsOrTimms() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(StateDict.of(new Shortcut(2, 8, 2, false))).containsKeys("0.weight", "1.running_mean");
            assertThat(StateDict.of(new Shortcut(2, 8, 2, true)))
                    .containsKeys("1.weight", "2.running_mean")
                    .doesNotContainKey("0.weight");
        }
    }
}
