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
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;

class AdamWTest {
    private static final AdamW.Config CONFIG = new AdamW.Config(0.9, 0.999, 1e-8, 0.1);

    @Test
    void agreesWithLibtorch() {
        Parameter ours = parameter("w", Kind.WEIGHT, 3, -4, 0.5f);
        Tensor theirs = ours.tensor().detach().clone().set_requires_grad(true);
        AdamW adam = new AdamW(List.of(ours), CONFIG);
        AdamWOptions options = new AdamWOptions(0.1);
        options.weight_decay().put(0.1);
        org.bytedeco.pytorch.AdamW reference = new org.bytedeco.pytorch.AdamW(new TensorVector(theirs), options);

        for (int step = 0; step < 6; step++) {
            ours.tensor().square().mul(ours.tensor()).sum().backward();
            theirs.square().mul(theirs).sum().backward();
            adam.step(0.1 / (step + 1));
            reference.param_groups().get(0).options().set_lr(0.1 / (step + 1));
            reference.step();
            adam.zeroGrad();
            reference.zero_grad();
            assertThat(values(ours)).as("step %d", step).containsExactly(Tensors.toFloats(theirs), within(1e-5f));
        }
    }

    @Test
    void decaysWeightsAndClassifiersOnly() {
        for (Kind kind : Kind.values()) {
            Parameter p = parameter("p", kind, 1);
            AdamW adam = new AdamW(List.of(p), CONFIG);
            gradient(p, 0);
            adam.step(0.5);
            boolean decayed = kind == Kind.WEIGHT || kind == Kind.CLASSIFIER;
            assertThat(values(p)[0]).as("%s", kind).isCloseTo(decayed ? 0.95f : 1, within(1e-6f));
        }
    }

    @Test
    void continuesFromASavedState() {
        Parameter w = parameter("w", Kind.WEIGHT, 3, 4);
        AdamW adam = new AdamW(List.of(w), CONFIG);
        assertThat(adam.state()).containsOnlyKeys("momentum/w", "square/w", "updates");
        gradient(w, 0.6f, 0.8f);
        adam.step(0.1);

        Parameter resumed = parameter("w", Kind.WEIGHT, values(w));
        AdamW second = new AdamW(List.of(resumed), CONFIG);
        adam.state().forEach((name, tensor) -> second.state().get(name).copy_(tensor));
        w.tensor().mutable_grad().reset();
        gradient(w, 0.1f, -2);
        gradient(resumed, 0.1f, -2);
        adam.step(0.1);
        second.step(0.1);
        assertThat(values(resumed)).containsExactly(values(w));
        assertThat(Tensors.toLongs(second.state().get("updates"))).containsExactly(2);
    }

    @Test
    void checksItsNumbers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AdamW.Config(0.9, 1, 1e-8, 0))
                .withMessageContaining("beta2");
        assertThatIllegalArgumentException().isThrownBy(() -> new AdamW.Config(-0.1, 0.999, 1e-8, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new AdamW.Config(0.9, 0.999, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new AdamW.Config(0.9, 0.999, 1e-8, -1));
    }
}
