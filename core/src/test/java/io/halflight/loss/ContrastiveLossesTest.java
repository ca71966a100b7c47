package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** InfoNCE, BYOL's regression and NT-Xent with a memory, against numbers worked out by hand and differences. */
class ContrastiveLossesTest {
    private static final long SEED = 17;

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void byolsTermIsTwoMinusTwoCosines() {
        try (PointerScope scope = new PointerScope()) {
            Tensor p = Tensors.floats(new float[] {1, 2, 2}, 1, 3);
            Tensor z = Tensors.floats(new float[] {2, 0, 0}, 1, 3);
            assertThat(Tensors.item(CosineRegression.loss(p, z))).isCloseTo(4f / 3, within(1e-6f));
            assertThat(Tensors.item(CosineRegression.loss(p, p))).isCloseTo(0, within(1e-6f));
            assertThat(Tensors.item(CosineRegression.loss(p, p.neg()))).isCloseTo(4, within(1e-6f));
        }
    }

    @Test
    void infoNceAgreesWithNumbersWorkedOutByHand() {
        try (PointerScope scope = new PointerScope()) {
            Tensor q = Tensors.floats(new float[] {3, 0, 0, 5}, 2, 2); // (1, 0), (0, 1) when normalised
            Tensor k = Tensors.floats(new float[] {1, 0, 1, 0}, 2, 2);
            Tensor queue = Tensors.floats(new float[] {0, 1, -1, 0}, 2, 2);
            double tau = 0.5;
            // Row 1: positive 1, negatives 0 and -1. Row 2: positive 0, negatives 1 and 0. All over tau.
            double first = Math.log(Math.exp(2) + 1 + Math.exp(-2)) - 2;
            double second = Math.log(1 + Math.exp(2) + 1);
            assertThat(Tensors.item(InfoNce.loss(q, k, queue, tau)))
                    .isCloseTo((float) ((first + second) / 2), within(1e-5f));
        }
    }

    @Test
    void aMemoryAddsCandidatesToEachRow() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = Tensors.floats(new float[] {1, 0, 0, 0, 2, 0}, 2, 3);
            Tensor b = Tensors.floats(new float[] {1, 1, 0, 0, 1, 1}, 2, 3);
            Tensor memory = Tensors.floats(new float[] {0, 0, 1}, 1, 3);
            double tau = 0.5;
            // Without memory the row losses are ln Z - s; the memory adds exp(cos / tau) to Z.
            double[] row = {0.396245, 0.807866, 0.978649, 0.643945};
            double[] positive = {Math.sqrt(0.5), Math.sqrt(0.5), Math.sqrt(0.5), Math.sqrt(0.5)};
            double[] further = {0, 0, 0, Math.sqrt(0.5)};
            double expected = 0;
            for (int i = 0; i < 4; i++) {
                double z = Math.exp(row[i] + positive[i] / tau);
                expected += (Math.log(z + Math.exp(further[i] / tau)) - positive[i] / tau) / 4;
            }
            assertThat(Tensors.item(NtXent.loss(a, b, memory, tau))).isCloseTo((float) expected, within(1e-5f));
            Tensor none = Tensors.floats(new float[0], 0, 3);
            assertThat(Tensors.item(NtXent.loss(a, b, none, tau)))
                    .isCloseTo(Tensors.item(NtXent.loss(a, b, tau)), within(1e-6f));
        }
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(SEED);
            Tensor other = torch.randn(3, 5).to(ScalarType.Double);
            Tensor unit = UnitRows.of(torch.randn(4, 5).to(ScalarType.Double));
            check(x -> CosineRegression.loss(x, other));
            check(x -> InfoNce.loss(x, other, unit, 0.4));
            check(x -> NtXent.loss(x, other, unit, 0.4));
        }
    }

    private interface OfRows {
        Tensor at(Tensor x);
    }

    private static void check(OfRows loss) {
        torch.manual_seed(SEED + 1);
        Tensor x = torch.randn(3, 5).to(ScalarType.Double).set_requires_grad(true);
        loss.at(x).backward();
        double h = 1e-6;
        for (int i = 0; i < 15; i++) {
            Tensor up = x.detach().clone();
            up.view(15).select(0, i).add_(new Scalar(h));
            Tensor down = x.detach().clone();
            down.view(15).select(0, i).sub_(new Scalar(h));
            double slope = (loss.at(up).item_double() - loss.at(down).item_double()) / (2 * h);
            assertThat(x.grad().view(15).select(0, i).item_double())
                    .as("seed %d, value %d", SEED, i)
                    .isCloseTo(slope, within(1e-7));
        }
    }

    @Test
    void shapesThatDoNotFitAreNamed() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.ones(2, 3);
            assertThatThrownBy(() -> CosineRegression.loss(a, torch.ones(2, 4))).hasMessageContaining("[2, 4]");
            assertThatThrownBy(() -> InfoNce.loss(a, a, torch.ones(5, 2), 1)).hasMessageContaining("[5, 2]");
            assertThatThrownBy(() -> InfoNce.loss(a, a, a, 0)).hasMessageContaining("tau");
            assertThatThrownBy(() -> NtXent.loss(a, a, torch.ones(5, 2), 1)).hasMessageContaining("[5, 2]");
        }
    }
}
