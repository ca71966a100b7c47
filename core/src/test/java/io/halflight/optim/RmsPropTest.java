package io.halflight.optim;

import static io.halflight.optim.Learnt.gradient;
import static io.halflight.optim.Learnt.parameter;
import static io.halflight.optim.Learnt.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.optim.Parameter.Kind;
import io.halflight.torch.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RmsPropTest {
    private static final RmsProp.Config GOLDEN = new RmsProp.Config(0.9, 0.9, 1e-3, 0, Decay.NO_NORMS);

    @Test
    void takesTensorFlowsGoldenSteps() {
        Parameter w = parameter("w", Kind.WEIGHT, 1);
        RmsProp rms = new RmsProp(List.of(w), GOLDEN);
        gradient(w, 0.5f);
        rms.step(0.1);
        assertThat(Tensors.toFloats(rms.state().get("square/w"))).containsExactly(new float[] {0.925f}, within(1e-6f));
        assertThat(Tensors.toFloats(rms.state().get("momentum/w")))
                .containsExactly(new float[] {0.0519594f}, within(1e-6f));
        assertThat(values(w)).containsExactly(new float[] {0.9480406f}, within(1e-6f));
        rms.zeroGrad();
        gradient(w, 0.2f);
        rms.step(0.1);
        assertThat(Tensors.toFloats(rms.state().get("square/w"))).containsExactly(new float[] {0.8365f}, within(1e-6f));
        assertThat(Tensors.toFloats(rms.state().get("momentum/w")))
                .containsExactly(new float[] {0.0686178f}, within(1e-6f));
        assertThat(values(w)).containsExactly(new float[] {0.8794227f}, within(1e-6f));
    }

    @ParameterizedTest
    @EnumSource(Decay.class)
    void decaysWhatItIsTold(Decay decay) {
        for (Kind kind : Kind.values()) {
            Parameter p = parameter("p", kind, 1);
            RmsProp rms = new RmsProp(List.of(p), new RmsProp.Config(0.9, 0, 1e-3, 0.5, decay));
            gradient(p, 0);
            rms.step(0.1);
            float decayed = (float) (1 - 0.1 * 0.5 / Math.sqrt(0.9 + 0.1 * 0.25 + 1e-3));
            assertThat(values(p)[0]).as("%s", kind).isCloseTo(decay.reaches(kind) ? decayed : 1, within(1e-6f));
        }
    }

    @Test
    void continuesFromASavedState() {
        Parameter w = parameter("w", Kind.WEIGHT, 3, 4);
        RmsProp rms = new RmsProp(List.of(w), GOLDEN);
        gradient(w, 0.6f, 0.8f);
        rms.step(0.1);
        Parameter resumed = parameter("w", Kind.WEIGHT, values(w));
        RmsProp second = new RmsProp(List.of(resumed), GOLDEN);
        assertThat(second.state()).containsOnlyKeys("square/w", "momentum/w");
        rms.state().forEach((name, tensor) -> second.state().get(name).copy_(tensor));
        rms.zeroGrad();
        gradient(w, 0.1f, -2);
        gradient(resumed, 0.1f, -2);
        rms.step(0.1);
        second.step(0.1);
        assertThat(values(resumed)).containsExactly(values(w));
    }

    @Test
    void checksItsNumbers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RmsProp.Config(1, 0.9, 1e-3, 0, Decay.ALL))
                .withMessageContaining("rho");
        assertThatIllegalArgumentException().isThrownBy(() -> new RmsProp.Config(0.9, 1, 1e-3, 0, Decay.ALL));
        assertThatIllegalArgumentException().isThrownBy(() -> new RmsProp.Config(0.9, 0.9, 0, 0, Decay.ALL));
        assertThatIllegalArgumentException().isThrownBy(() -> new RmsProp.Config(0.9, 0.9, 1e-3, -1, Decay.ALL));
    }
}
