package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class KullbackLeiblerTest {
    static {
        NativeTorch.load();
    }

    private static Tensor row(float... logits) {
        return Tensors.floats(logits, 1, logits.length);
    }

    @Test
    void matchesVatsGoldenValuesBothWays() {
        Tensor perturbed = row(1, 0, 0);
        Tensor clean = row(0, 1, 0.5f);
        assertThat(Tensors.item(KullbackLeibler.each(perturbed, clean))).isCloseTo(0.387030f, within(2e-6f));
        assertThat(Tensors.item(KullbackLeibler.each(clean, perturbed))).isCloseTo(0.344930f, within(2e-6f));
    }

    @Test
    void matchesUdasGoldenValuesWithAndWithoutSharpening() {
        Tensor clean = row(2, 0, 0);
        Tensor distorted = row(1, 0, 0);
        assertThat(Tensors.item(KullbackLeibler.each(clean.div(new Scalar(0.4)), distorted)))
                .isCloseTo(0.484872f, within(2e-6f));
        assertThat(Tensors.item(KullbackLeibler.each(clean, distorted))).isCloseTo(0.098886f, within(2e-6f));
    }

    @Test
    void hasTheGradientOfItsValueOnBothSides() {
        Tensor fixed = Tensor.create(Gradients.random(1, 12), 3, 4);
        Gradients.check(p -> KullbackLeibler.each(p, fixed).sum(), Gradients.random(2, 12), 3, 4);
        Gradients.check(q -> KullbackLeibler.each(fixed, q).sum(), Gradients.random(3, 12), 3, 4);
    }

    @Test
    void entropyIsThatOfTheAnswers() {
        double p = 1 / (1 + Math.exp(-1)); // softmax of (1, 0)
        double expected = -p * Math.log(p) - (1 - p) * Math.log(1 - p);
        Tensor logits = Tensors.floats(new float[] {1, 0, 0, 0}, 2, 2);
        assertThat((double) Tensors.item(Entropy.mean(logits))).isCloseTo((expected + Math.log(2)) / 2, within(1e-6));
        Gradients.check(Entropy::mean, Gradients.random(4, 12), 3, 4);
    }

    @Test
    void refusesWhatItCannotCompare() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KullbackLeibler.each(torch.ones(1, 2), row(1, 2, 3)))
                .withMessageContaining("[1, 2] and [1, 3]");
        assertThatIllegalArgumentException().isThrownBy(() -> Entropy.mean(torch.ones(3)));
    }
}
