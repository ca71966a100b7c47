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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SqueezeExciteTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    /** One squeezed channel, by hand: s = SiLU(a · mean0 + b), channel c is scaled by sigmoid(w_c · s + v_c). */
    @Test
    void weightsEachChannelByItsGate() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            SqueezeExcite layer = new SqueezeExcite(2, 1);
            Map<String, Tensor> state = StateDict.of(layer);
            assertThat(state).containsOnlyKeys("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias");
            state.get("fc1.weight").copy_(Tensors.floats(new float[] {0.5f, 0}, 1, 2, 1, 1));
            state.get("fc1.bias").fill_(new Scalar(0.25));
            state.get("fc2.weight").copy_(Tensors.floats(new float[] {2, -1}, 2, 1, 1, 1));
            state.get("fc2.bias").copy_(Tensors.floats(new float[] {0, 1}, 2));
            Tensor x = Tensors.floats(new float[] {1, 3, 5, 5}, 1, 2, 1, 2);
            float[] y = Tensors.toFloats(layer.forward(x));
            double s = 1.25 / (1 + Math.exp(-1.25));
            double first = 1 / (1 + Math.exp(-2 * s));
            double second = 1 / (1 + Math.exp(s - 1));
            assertThat(y[0]).isCloseTo((float) first, within(1e-6f));
            assertThat(y[1]).isCloseTo((float) (3 * first), within(1e-6f));
            assertThat(y[2]).isCloseTo((float) (5 * second), within(1e-6f));
        }
    }
}
