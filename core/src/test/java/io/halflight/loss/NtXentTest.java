package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.Autocast;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NtXentTest {
    static {
        NativeTorch.load();
    }

    private final Tensor a = Tensors.floats(new float[] {1, 0, 0, 0, 2, 0}, 2, 3);
    private final Tensor b = Tensors.floats(new float[] {1, 1, 0, 0, 1, 1}, 2, 3);

    @ParameterizedTest
    @CsvSource({"0.1,0.3922515", "0.5,0.7066763", "1,0.8673622"})
    void matchesTheGoldenValues(double tau, float expected) {
        assertThat(Tensors.item(NtXent.loss(a, b, tau))).isCloseTo(expected, within(1e-6f));
    }

    @Test
    void matchesTheGoldenRows() {
        assertThat(Tensors.toFloats(NtXent.rows(a, b, 0.5)))
                .containsExactly(new float[] {0.396245f, 0.807866f, 0.978649f, 0.643945f}, within(1e-6f));
    }

    @Test
    void ignoresTheLengthOfProjectionsAndTheOrderOfViews() {
        float loss = Tensors.item(NtXent.loss(a, b, 0.5));
        assertThat(Tensors.item(NtXent.loss(a.mul(new Scalar(7.0)), b, 0.5))).isCloseTo(loss, within(1e-6f));
        assertThat(Tensors.item(NtXent.loss(b, a, 0.5))).isCloseTo(loss, within(1e-6f));
    }

    @Test
    void startsNearTheLogarithmOfTheCandidates() {
        Tensor same = torch.ones(8, 4);
        assertThat(NtXent.expectedStart(8)).isCloseTo(Math.log(15), within(1e-12));
        assertThat((double) Tensors.item(NtXent.loss(same, same, 0.5)))
                .isCloseTo(NtXent.expectedStart(8), within(1e-5));
    }

    @Test
    void hasTheGradientOfItsValue() {
        double[] x = Gradients.random(1, 2 * 4 * 3);
        Gradients.check(z -> NtXent.loss(z.narrow(0, 0, 4), z.narrow(0, 4, 4), 0.5), x, 8, 3);
        Gradients.check(z -> NtXent.loss(z.narrow(0, 0, 4), z.narrow(0, 4, 4), 0.1), x, 8, 3);
    }

    @Test
    void staysFiniteForRowsOfZerosAndSharpTemperatures() {
        Tensor zeros = torch.zeros(2, 3).set_requires_grad(true);
        Tensor loss = NtXent.loss(zeros, b, 0.01);
        loss.backward();
        assertThat(Tensors.item(loss)).isFinite();
        assertThat(Tensors.toFloats(zeros.grad())).doesNotContain(Float.NaN);
    }

    @Test
    void computesInFloat32WithinAutocast() {
        Tensor p = Tensors.floats(toFloat(Gradients.random(2, 24)), 8, 3);
        Tensor q = Tensors.floats(toFloat(Gradients.random(3, 24)), 8, 3);
        float full = Tensors.item(NtXent.loss(p, q, 0.1));
        try (Autocast autocast = Autocast.of(Devices.parse("cpu"), Precision.BF16)) {
            assertThat(Tensors.item(NtXent.loss(p, q, 0.1))).isEqualTo(full);
            assertThat(NtXent.loss(p.to(ScalarType.BFloat16), q, 0.1)
                            .scalar_type()
                            .intern())
                    .isEqualTo(ScalarType.Float);
        }
    }

    @Test
    void measuresHowViewsFindEachOther() {
        NtXent.Statistics statistics = NtXent.statistics(a, b, 0.5);
        double r = Math.sqrt(0.5);
        // cosines: a1b1 = r, a2b2 = r; a1a2 = 0, b1b2 = 1/2, a1b2 = 0, a2b1 = r
        assertThat((double) Tensors.item(statistics.positive())).isCloseTo(r, within(1e-6));
        assertThat((double) Tensors.item(statistics.negative())).isCloseTo((0.5 + r) / 4, within(1e-6));
        assertThat(Tensors.item(statistics.accuracy())).isEqualTo(0.5f); // a2 meets b1 and b2 alike: the first wins
        assertThat(Tensors.item(NtXent.statistics(a, a, 0.5).accuracy())).isEqualTo(1);
        assertThat(Tensors.item(NtXent.statistics(a, a.flip(0), 0.5).accuracy()))
                .isZero();

        Tensor learnt = a.set_requires_grad(true);
        assertThat(NtXent.statistics(learnt, b, 0.5).positive().requires_grad()).isFalse();
    }

    @Test
    void refusesWhatItCannotCompare() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NtXent.loss(a, torch.ones(3, 3), 0.5))
                .withMessageContaining("[2, 3] and [3, 3]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NtXent.loss(a, b, 0))
                .withMessageContaining("tau");
    }

    private static float[] toFloat(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
