package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistillationTest {
    static {
        NativeTorch.load();
    }

    private final Tensor teacher = Tensors.floats(new float[] {2, 1, 0}, 1, 3);
    private final Tensor student = Tensors.floats(new float[] {0.5f, 1.5f, 0}, 1, 3);

    @ParameterizedTest
    @CsvSource({"0.1,9.999592,0.099996", "0.5,1.951101,0.487775", "1,1.264656,1.264656", "2,1.124821,4.499282"})
    void matchesTheGoldenValues(double temperature, float plain, float timesSquare) {
        assertThat(Tensors.item(Distillation.loss(teacher, student, temperature, false)))
                .isCloseTo(plain, within(2e-6f));
        assertThat(Tensors.item(Distillation.loss(teacher, student, temperature, true)))
                .isCloseTo(timesSquare, within(2e-6f));
    }

    @Test
    void averagesOverTheBatch() {
        Tensor teachers = Tensors.floats(new float[] {2, 1, 0, 0, 0, 0}, 2, 3);
        Tensor students = Tensors.floats(new float[] {0.5f, 1.5f, 0, 0, 0, 0}, 2, 3);
        assertThat((double) Tensors.item(Distillation.loss(teachers, students, 1, false)))
                .isCloseTo((1.264656 + Math.log(3)) / 2, within(1e-6));
    }

    @Test
    void movesTheStudentOnly() {
        Tensor t = Tensors.floats(new float[] {2, 1, 0}, 1, 3).set_requires_grad(true);
        Tensor s = Tensors.floats(new float[] {0.5f, 1.5f, 0}, 1, 3).set_requires_grad(true);
        Distillation.loss(t, s, 1, false).backward();
        assertThat(t.grad().defined()).isFalse();
        assertThat(s.grad().defined()).isTrue();
    }

    @Test
    void hasTheGradientOfItsValue() {
        Tensor t = Tensor.create(Gradients.random(1, 12), 3, 4);
        Gradients.check(s -> Distillation.loss(t, s, 0.5, true), Gradients.random(2, 12), 3, 4);
    }

    @Test
    void raisesHalfPrecision() {
        Tensor loss = Distillation.loss(teacher.to(ScalarType.BFloat16), student.to(ScalarType.BFloat16), 1, false);
        assertThat(loss.scalar_type().intern()).isEqualTo(ScalarType.Float);
        assertThat(Tensors.item(loss)).isCloseTo(1.264656f, within(2e-6f)); // these logits are exact in bfloat16
    }

    @Test
    void refusesWhatItCannotCompare() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.loss(torch.ones(1, 2), student, 1, false))
                .withMessageContaining("[1, 2] and [1, 3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Distillation.loss(teacher, student, -1, false))
                .withMessageContaining("-1.0");
    }
}
