package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrozenGuardTest {
    private Backbone encoder;
    private Map<String, Tensor> state;

    @BeforeEach
    void build() {
        NativeTorch.load();
        encoder = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "small", "simclr", 8, 1));
        state = StateDict.of(encoder);
    }

    @Test
    void aFrozenEncoderPasses() {
        FrozenGuard guard = FrozenGuard.of(state);
        encoder.eval();
        forward();
        guard.check();
        guard.check();
    }

    @Test
    void theSmallestChangeOfOneWeightIsFound() {
        FrozenGuard guard = FrozenGuard.of(state);
        try (NoGradGuard frozen = new NoGradGuard()) {
            Tensor weight = state.get("layer4.0.conv2.weight");
            float[] values = Tensors.toFloats(weight);
            values[values.length - 1] = Math.nextUp(values[values.length - 1]);
            weight.copy_(Tensors.floats(values, weight.shape()));
        }
        assertThatThrownBy(guard::check)
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("1 of %d tensors changed (layer4.0.conv2.weight)".formatted(state.size()));
    }

    @Test
    void aForgottenTrainingModeIsFound() {
        FrozenGuard guard = FrozenGuard.of(state);
        encoder.train(true);
        forward(); // moves the running statistics although no optimiser is in sight
        assertThatThrownBy(guard::check)
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("bn1.running_mean")
                .hasMessageContaining("more");
    }

    @Test
    void nothingStaysAllocated() {
        FrozenGuard guard = FrozenGuard.of(state);
        guard.check();
        long before = Leaks.settledCount();
        guard.check();
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void nothingToGuardIsAMistake() {
        assertThatThrownBy(() -> FrozenGuard.of(Map.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private void forward() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            float[] pixels = new float[2 * 64];
            pixels[5] = 1;
            encoder.forward(Tensors.floats(pixels, 2, 1, 8, 8));
        }
    }
}
