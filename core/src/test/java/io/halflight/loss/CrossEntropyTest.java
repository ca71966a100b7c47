package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class CrossEntropyTest {
    static {
        NativeTorch.load();
    }

    private static final double[] PROBABILITIES = {0.5, 0.25, 0.25};

    private final Tensor logits =
            Tensors.floats(new float[] {(float) Math.log(4), (float) Math.log(2), (float) Math.log(2), 0, 0, 0}, 2, 3);
    private final Tensor labels = Tensors.longs(new long[] {0, 2});

    @Test
    void isTheMeanSurprise() {
        assertThat((double) Tensors.item(CrossEntropy.loss(logits, labels, 0)))
                .isCloseTo((Math.log(2) + Math.log(3)) / 2, within(1e-6));
    }

    @Test
    void spreadsTheSmoothedShareOverAllClasses() {
        double first = 0;
        for (int k = 0; k < 3; k++) {
            first -= ((k == 0 ? 0.7 : 0) + 0.1) * Math.log(PROBABILITIES[k]);
        }
        assertThat((double) Tensors.item(CrossEntropy.loss(logits, labels, 0.3)))
                .isCloseTo((first + Math.log(3)) / 2, within(1e-6));
    }

    @Test
    void hasTheGradientOfItsValue() {
        Tensor targets = Tensors.longs(new long[] {0, 3, 1});
        Gradients.check(x -> CrossEntropy.loss(x, targets, 0.1), Gradients.random(1, 12), 3, 4);
    }

    @Test
    void raisesHalfPrecision() {
        assertThat(CrossEntropy.loss(logits.to(ScalarType.BFloat16), labels, 0)
                        .scalar_type()
                        .intern())
                .isEqualTo(ScalarType.Float);
    }

    @Test
    void refusesShapesAndSharesThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CrossEntropy.loss(logits, Tensors.longs(new long[3]), 0))
                .withMessageContaining("[2, 3] and [3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CrossEntropy.loss(logits, labels, 1.5))
                .withMessageContaining("1.5");
    }
}
