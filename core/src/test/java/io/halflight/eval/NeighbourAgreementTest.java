package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.torch.Tensors;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class NeighbourAgreementTest {
    /** Directions at 0, 10, 20, 30 and 180 degrees; lengths differ on purpose. */
    private final Tensor fan =
            Tensors.floats(new float[] {2, 0, 0.985f, 0.174f, 4.698f, 1.710f, 0.866f, 0.5f, -3, 0}, 5, 2);

    private final int[] labels = {0, 0, 1, 0, 0};

    @Test
    void theNearestOtherRowsAreCountedAndTheRowItselfIsNot() {
        // Of row 0 the nearest are 1 (same), 2 (other), 3 (same); of row 2 they are 1 and 3, then 0: none is the same.
        assertThat(NeighbourAgreement.shares(fan, labels, new int[] {0, 2}, 1)).containsExactly(1, 0);
        assertThat(NeighbourAgreement.shares(fan, labels, new int[] {0, 2}, 2)).containsExactly(0.5f, 0);
        assertThat(NeighbourAgreement.shares(fan, labels, new int[] {0}, 3)).containsExactly(2 / 3f);
    }

    @Test
    void kIsClippedToTheOtherRows() {
        assertThat(NeighbourAgreement.shares(fan, labels, new int[] {0, 2}, 100))
                .containsExactly(0.75f, 0);
        Tensor one = Tensors.floats(new float[] {1, 2}, 1, 2);
        assertThat(NeighbourAgreement.shares(one, new int[] {3}, new int[] {0}, 10))
                .containsExactly(0);
    }

    @Test
    void copiesOfAPictureAreItsNeighboursToo() {
        Tensor same = Tensors.floats(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, 4, 2);
        assertThat(NeighbourAgreement.shares(same, new int[] {0, 0, 0, 1}, new int[] {0, 3}, 3))
                .containsExactly(2 / 3f, 0);
    }

    @Test
    void blocksMakeNoDifferenceToPlainSorting() {
        int n = 6_000; // 2^24 / 6000 = 2796 rows a block: three blocks
        int d = 6;
        SplittableRandom random = new SplittableRandom(4);
        float[] values = new float[n * d];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        int[] classes = random.ints(n, 0, 3).toArray();
        int[] asked = IntStream.range(0, n).toArray();
        float[] shares = NeighbourAgreement.shares(Tensors.floats(values, n, d), classes, asked, 10);
        for (int row : new int[] {0, 2_795, 2_796, 5_999}) {
            double[] cosines = IntStream.range(0, n)
                    .mapToDouble(other -> cosine(values, d, row, other))
                    .toArray();
            long same = IntStream.range(0, n)
                    .filter(other -> other != row)
                    .boxed()
                    .sorted(Comparator.comparingDouble(other -> -cosines[other]))
                    .limit(10)
                    .filter(other -> classes[other] == classes[row])
                    .count();
            assertThat(shares[row]).as("seed 4, row %d", row).isEqualTo(same / 10f);
        }
    }

    @Test
    void ofVeryManyRowsEverySecondOneIsMet() {
        int[] all = {0, 1, 2, 3, 4};
        // The bank is rows 0, 2 and 4; the nearest other one of rows 0, 2, 3, 4 has another label than they have.
        float[] shares = NeighbourAgreement.shares(fan, labels, all, 1, 3);
        assertThat(new float[] {shares[0], shares[2], shares[3], shares[4]}).containsExactly(0, 0, 0, 0);
        assertThat(NeighbourAgreement.shares(fan, labels, all, 2, 3)[1]).isEqualTo(0.5f);
    }

    @Test
    void featuresThatAreNoNumbersAreRefused() {
        Tensor broken = Tensors.floats(new float[] {1, Float.NaN}, 1, 2);
        assertThatThrownBy(() -> NeighbourAgreement.shares(broken, new int[] {0}, new int[] {0}, 1))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("NaN");
    }

    private static double cosine(float[] values, int d, int a, int b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < d; i++) {
            dot += (double) values[a * d + i] * values[b * d + i];
            aa += (double) values[a * d + i] * values[a * d + i];
            bb += (double) values[b * d + i] * values[b * d + i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
