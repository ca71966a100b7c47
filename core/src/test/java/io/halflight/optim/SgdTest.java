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
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SgdTest {
    @ParameterizedTest
    @CsvSource({"0.9,true,0.01", "0.9,false,0.01", "0.9,true,0", "0,false,0.01", "0,false,0"})
    void agreesWithLibtorch(double momentum, boolean nesterov, double weightDecay) {
        Parameter ours = parameter("w", Kind.WEIGHT, 3, -4, 0.5f);
        Tensor theirs = ours.tensor().detach().clone().set_requires_grad(true);
        Sgd sgd = new Sgd(List.of(ours), new Sgd.Config(momentum, nesterov, weightDecay));
        SGDOptions options = new SGDOptions(0.1);
        options.momentum().put(momentum);
        options.nesterov().put(nesterov);
        options.weight_decay().put(weightDecay);
        SGD reference = new SGD(new TensorVector(theirs), options);

        for (int step = 0; step < 5; step++) {
            ours.tensor().square().mul(ours.tensor()).sum().backward();
            theirs.square().mul(theirs).sum().backward();
            sgd.step(0.1 / (step + 1));
            reference.param_groups().get(0).options().set_lr(0.1 / (step + 1));
            reference.step();
            sgd.zeroGrad();
            reference.zero_grad();
            assertThat(values(ours)).as("step %d", step).containsExactly(Tensors.toFloats(theirs), within(1e-4f));
        }
    }

    @Test
    void decaysBiasesButNotNormLayers() {
        Parameter weight = parameter("weight", Kind.WEIGHT, 1);
        Parameter bias = parameter("bias", Kind.BIAS, 1);
        Parameter classifier = parameter("classifier", Kind.CLASSIFIER, 1);
        Parameter norm = parameter("norm", Kind.NORM, 1);
        List<Parameter> all = List.of(weight, bias, classifier, norm);
        Sgd sgd = new Sgd(all, new Sgd.Config(0.9, true, 0.5));
        all.forEach(p -> gradient(p, 0));
        sgd.step(1);
        assertThat(values(weight)[0]).isCloseTo(1 - 0.5f * 1.9f, within(1e-6f));
        assertThat(values(bias)).containsExactly(values(weight));
        assertThat(values(classifier)).containsExactly(values(weight));
        assertThat(values(norm)).containsExactly(1);
    }

    @ParameterizedTest
    @CsvSource({"ALL, WEIGHT BIAS NORM CLASSIFIER", "NO_NORMS, WEIGHT BIAS CLASSIFIER", "KERNELS, WEIGHT CLASSIFIER"})
    void decaysWhatItIsTold(Decay decay, String reached) {
        for (Kind kind : Kind.values()) {
            Parameter p = parameter("p", kind, 1);
            Sgd sgd = new Sgd(List.of(p), new Sgd.Config(0, false, 0.5, decay));
            gradient(p, 0);
            sgd.step(1);
            assertThat(values(p)).as("%s", kind).containsExactly(reached.contains(kind.name()) ? 0.5f : 1);
        }
    }

    @Test
    void keepsMomentumOnlyIfThereIsAny() {
        Parameter w = parameter("w", Kind.WEIGHT, 1);
        assertThat(new Sgd(List.of(w), new Sgd.Config(0.9, false, 0)).state()).containsOnlyKeys("momentum/w");
        assertThat(new Sgd(List.of(w), new Sgd.Config(0, false, 0)).state()).isEmpty();
    }

    @Test
    void checksItsNumbers() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Sgd.Config(-0.1, false, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Sgd.Config(0.9, false, Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd.Config(0, true, 0))
                .withMessageContaining("nesterov");
    }
}
