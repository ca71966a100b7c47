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
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class LarsTest {
    @Test
    void takesSimClrsGoldenStep() {
        Parameter w = parameter("w", Kind.WEIGHT, 3, 4);
        Lars lars = golden(w, true);
        lars.step(0.5);
        assertThat(Tensors.toFloats(lars.state().get("momentum/w")))
                .containsExactly(new float[] {0.0915f, -0.088f}, within(1e-6f));
        assertThat(values(w)).containsExactly(new float[] {2.9085f, 4.088f}, within(1e-6f));
    }

    @Test
    void takesByolsGoldenStep() {
        Parameter w = parameter("w", Kind.WEIGHT, 3, 4);
        Lars lars = golden(w, false);
        lars.step(0.5);
        assertThat(Tensors.toFloats(lars.state().get("momentum/w")))
                .containsExactly(new float[] {0.093f, -0.086f}, within(1e-6f));
        assertThat(values(w)).containsExactly(new float[] {2.9535f, 4.043f}, within(1e-6f));
    }

    private static Lars golden(Parameter w, boolean momentumAfterRate) {
        Lars lars = new Lars(List.of(w), new Lars.Config(0.9, 0.01, 0.001, momentumAfterRate));
        try (NoGradGuard guard = new NoGradGuard()) {
            lars.state().get("momentum/w").copy_(Tensors.floats(new float[] {0.1f, -0.1f}));
        }
        gradient(w, 0.6f, 0.8f);
        return lars;
    }

    @Test
    void agreesBetweenTheFormsOnlyWhileTheRateIsConstant() {
        float[] constant = difference(0.5, 0.5);
        assertThat(constant).containsExactly(new float[] {0, 0}, within(1e-6f));
        assertThat(Math.abs(difference(0.5, 0.05)[0])).isGreaterThan(1e-4f);
    }

    private static float[] difference(double... rates) {
        Parameter simclr = parameter("w", Kind.WEIGHT, 3, 4);
        Parameter byol = parameter("w", Kind.WEIGHT, 3, 4);
        Lars first = new Lars(List.of(simclr), Lars.Config.simclr(0.01));
        Lars second = new Lars(List.of(byol), Lars.Config.byol(0.01));
        for (double rate : rates) {
            for (Parameter p : List.of(simclr, byol)) {
                gradient(p, 0.6f, 0.8f);
            }
            first.step(rate);
            second.step(rate);
            first.zeroGrad();
            second.zeroGrad();
        }
        return Tensors.toFloats(simclr.tensor().sub(byol.tensor()));
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = Mode.EXCLUDE, names = "WEIGHT")
    void neitherDecaysNorAdaptsWhatIsExcluded(Kind kind) {
        Parameter p = parameter("p", kind, 3, 4);
        Lars lars = new Lars(List.of(p), Lars.Config.simclr(0.5));
        gradient(p, 0.6f, 0.8f);
        lars.step(0.5);
        assertThat(values(p)).containsExactly(new float[] {2.7f, 3.6f}, within(1e-6f));
    }

    @Test
    void givesEveryTensorItsOwnRatio() {
        Parameter small = parameter("small", Kind.WEIGHT, 0.3f, 0.4f);
        Parameter bias = parameter("bias", Kind.BIAS, 0);
        Parameter large = parameter("large", Kind.WEIGHT, 3, 4);
        Lars lars = new Lars(List.of(small, bias, large), new Lars.Config(0, 0, 0.1, true));
        gradient(small, 0, 7);
        gradient(bias, 2);
        gradient(large, 0.01f, 0);
        lars.step(1);
        assertThat(values(small)).containsExactly(new float[] {0.3f, 0.35f}, within(1e-6f));
        assertThat(values(bias)).containsExactly(new float[] {-2}, within(1e-6f));
        assertThat(values(large)).containsExactly(new float[] {2.5f, 4}, within(1e-6f));
    }

    @Test
    void fallsBackToRatioOneAtZeroNorms() {
        Parameter zeroWeight = parameter("zeroWeight", Kind.WEIGHT, 0, 0);
        Parameter zeroGradient = parameter("zeroGradient", Kind.WEIGHT, 3, 4);
        Lars lars = new Lars(List.of(zeroWeight, zeroGradient), new Lars.Config(0.9, 0, 0.001, true));
        gradient(zeroWeight, 1, 2);
        gradient(zeroGradient, 0, 0);
        lars.step(0.1);
        assertThat(values(zeroWeight)).containsExactly(new float[] {-0.1f, -0.2f}, within(1e-6f));
        assertThat(values(zeroGradient)).containsExactly(3, 4);
    }

    @Test
    void leavesGradientsAndParametersWithoutOneAlone() {
        Parameter with = parameter("with", Kind.WEIGHT, 3, 4);
        Parameter without = parameter("without", Kind.WEIGHT, 3, 4);
        Parameter bias = parameter("bias", Kind.BIAS, 1);
        Lars lars = new Lars(List.of(without, with, bias), Lars.Config.simclr(0.5));
        gradient(with, 0.6f, 0.8f);
        lars.step(0.5);
        assertThat(values(without)).containsExactly(3, 4);
        assertThat(values(bias)).containsExactly(1);
        assertThat(values(with)[0]).isLessThan(3);
        assertThat(Tensors.toFloats(with.tensor().grad())).containsExactly(0.6f, 0.8f);

        lars.zeroGrad();
        assertThat(with.tensor().grad().defined()).isFalse();
        float[] before = values(with);
        lars.step(0.5);
        assertThat(values(with)).containsExactly(before);
    }

    @Test
    void continuesFromASavedState() {
        Parameter w = parameter("w", Kind.WEIGHT, 3, 4);
        Lars lars = new Lars(List.of(w), Lars.Config.simclr(0.01));
        assertThat(lars.state()).containsOnlyKeys("momentum/w");
        gradient(w, 0.6f, 0.8f);
        lars.step(0.5);

        float[] saved = values(w);
        Parameter resumed = parameter("w", Kind.WEIGHT, saved);
        Lars second = new Lars(List.of(resumed), Lars.Config.simclr(0.01));
        second.state().get("momentum/w").copy_(lars.state().get("momentum/w"));
        gradient(resumed, 0.6f, 0.8f);
        lars.step(0.5);
        second.step(0.5);
        assertThat(values(resumed)).containsExactly(values(w));
    }

    @Test
    void keepsNoNativeObjectsFromStepToStep() {
        LinearImpl hidden = new LinearImpl(4, 8);
        LinearImpl output = new LinearImpl(8, 2);
        List<Parameter> parameters = List.of(
                new Parameter("hidden.weight", new Tensor(hidden.weight()), Kind.WEIGHT),
                new Parameter("hidden.bias", new Tensor(hidden.bias()), Kind.BIAS),
                new Parameter("output.weight", new Tensor(output.weight()), Kind.WEIGHT),
                new Parameter("output.bias", new Tensor(output.bias()), Kind.BIAS));
        Lars lars = new Lars(parameters, Lars.Config.simclr(1e-4));
        long before = 0;
        for (int step = 0; step < 200; step++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = output.forward(torch.relu(hidden.forward(torch.ones(16, 4))));
                logits.square().mean().backward();
                lars.step(0.1);
                lars.zeroGrad();
            }
            if (step == 0) {
                before = Pointer.totalCount();
            }
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    @Test
    void checksItsNumbers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Lars.Config(1, 0, 0.001, true))
                .withMessageContaining("momentum")
                .withMessageContaining("1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> new Lars.Config(0.9, -1, 0.001, true));
        assertThatIllegalArgumentException().isThrownBy(() -> new Lars.Config(0.9, 0, 0, true));
        assertThat(Lars.Config.simclr(1e-6)).isEqualTo(new Lars.Config(0.9, 1e-6, 0.001, true));
        assertThat(Lars.Config.byol(1.5e-6)).isEqualTo(new Lars.Config(0.9, 1.5e-6, 0.001, false));
    }
}
