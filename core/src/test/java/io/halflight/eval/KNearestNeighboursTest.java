package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.torch.Tensors;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class KNearestNeighboursTest {
    /** Cosines with (1, 0): 1.0 for class 0; 0.8, 0.6 for class 1; -1 for class 2. Lengths differ on purpose. */
    private final Tensor bank = Tensors.floats(new float[] {3, 0, 8, 6, 0.6f, 0.8f, -9, 0}, 4, 2);

    private final int[] labels = {0, 1, 1, 2};
    private final Tensor query = Tensors.floats(new float[] {5, 0}, 1, 2);

    private int predict(int k, double temperature) {
        return KNearestNeighbours.predict(bank, labels, query, 3, k, temperature)[0];
    }

    @Test
    void theTemperatureWeighsOneNearAgainstTwoFar() {
        // exp(1 / T) against exp(0.8 / T) + exp(0.6 / T): at T = 1, 2.718 < 2.226 + 1.822; at T = 0.1, 22026 > 2981 +
        // 403.
        assertThat(predict(3, 1)).isEqualTo(1);
        assertThat(predict(3, 0.1)).isEqualTo(0);
        // The two weigh the same where exp(-0.2 / T) + exp(-0.4 / T) = 1, that is T = 0.2 / ln(1.618034) = 0.415618.
        assertThat(predict(3, 0.41)).isEqualTo(0);
        assertThat(predict(3, 0.42)).isEqualTo(1);
    }

    @Test
    void onlyTheNearestKVote() {
        assertThat(predict(1, 1)).isEqualTo(0);
        assertThat(predict(2, 1)).isEqualTo(0);
        assertThat(predict(3, 1)).isEqualTo(1);
    }

    @Test
    void kIsClippedToTheBank() {
        assertThat(predict(200, 1)).isEqualTo(1);
    }

    @Test
    void aTinyTemperatureDoesNotOverflow() {
        assertThat(predict(4, 1e-4)).isEqualTo(0);
        Tensor far = Tensors.floats(new float[] {-1, 0}, 1, 2);
        assertThat(KNearestNeighbours.predict(bank, labels, far, 3, 4, 1e-4)).containsExactly(2);
    }

    @Test
    void blocksMakeNoDifference() {
        SplittableRandom random = new SplittableRandom(7);
        int m = 20_000; // more than 2^24 / 20000 = 838 queries need a second block
        int n = 1_000;
        float[] keys = gaussian(random, m * 4);
        float[] asked = gaussian(random, n * 4);
        int[] classes = random.ints(m, 0, 5).toArray();
        Tensor keyTensor = Tensors.floats(keys, m, 4);
        Tensor queryTensor = Tensors.floats(asked, n, 4);
        int[] together = KNearestNeighbours.predict(keyTensor, classes, queryTensor, 5, 20, 0.1);
        for (int row : new int[] {0, 400, 837, 838, 839, 999}) {
            Tensor one = queryTensor.narrow(0, row, 1);
            assertThat(KNearestNeighbours.predict(keyTensor, classes, one, 5, 20, 0.1))
                    .as("row %d", row)
                    .containsExactly(together[row]);
        }
        assertThat(together[999]).isEqualTo(byHand(keys, classes, asked, 999, 20, 0.1));
    }

    @Test
    void accuracyIsTheShareOfHits() {
        Tensor queries = Tensors.floats(new float[] {1, 0, -1, 0, -1, 0.1f, 1, 1}, 4, 2);
        double accuracy = KNearestNeighbours.accuracy(bank, labels, queries, new int[] {0, 2, 0, 1}, 3, 1, 0.1);
        assertThat(accuracy).isCloseTo(0.75, within(1e-12));
    }

    @Test
    void nothingStaysAllocated() {
        predict(3, 1);
        long before = Leaks.settledCount();
        predict(3, 1);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void divergedFeaturesAreRefused() {
        Tensor broken = Tensors.floats(new float[] {1, Float.NaN}, 1, 2);
        assertThatThrownBy(() -> KNearestNeighbours.predict(bank, labels, broken, 3, 1, 1))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("diverged");
    }

    @Test
    void misuseIsRefused() {
        assertThatThrownBy(() -> KNearestNeighbours.predict(bank, new int[] {0, 1, 1, -1}, query, 3, 1, 1))
                .hasMessageContaining("label -1 of row 3");
        assertThatThrownBy(() -> KNearestNeighbours.predict(bank, new int[] {0}, query, 3, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> predict(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> predict(1, 0)).isInstanceOf(IllegalArgumentException.class);
        Tensor wide = Tensors.floats(new float[3], 1, 3);
        assertThatThrownBy(() -> KNearestNeighbours.predict(bank, labels, wide, 3, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static float[] gaussian(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static int byHand(float[] keys, int[] classes, float[] asked, int row, int k, double temperature) {
        double[] similarity = new double[classes.length];
        for (int j = 0; j < classes.length; j++) {
            double dot = 0;
            double left = 0;
            double right = 0;
            for (int c = 0; c < 4; c++) {
                double a = keys[j * 4 + c];
                double b = asked[row * 4 + c];
                dot += a * b;
                left += a * a;
                right += b * b;
            }
            similarity[j] = dot / Math.sqrt(left * right);
        }
        double[] votes = new double[5];
        for (int i = 0; i < k; i++) {
            int best = 0;
            for (int j = 1; j < similarity.length; j++) {
                best = similarity[j] > similarity[best] ? j : best;
            }
            votes[classes[best]] += Math.exp(similarity[best] / temperature);
            similarity[best] = Double.NEGATIVE_INFINITY;
        }
        int winner = 0;
        for (int c = 1; c < votes.length; c++) {
            winner = votes[c] > votes[winner] ? c : winner;
        }
        return winner;
    }
}
