package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.eval.Similarity.Neighbour;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class SimilarityTest {
    private static float[][] table(int n, int d, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] table = new float[n][d];
        for (float[] row : table) {
            for (int i = 0; i < d; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return table;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    @Test
    void theNearestAreThoseOfAllPairs() {
        float[][] table = table(300, 7, 1);
        float[][] queries = table(5, 7, 2);
        List<List<Neighbour>> found = Similarity.nearest(table, queries, 4);

        for (int q = 0; q < 5; q++) {
            float[] query = queries[q];
            List<Integer> expected = IntStream.range(0, 300)
                    .boxed()
                    .sorted(Comparator.comparing((Integer i) -> -cosine(table[i], query)))
                    .limit(4)
                    .toList();
            assertThat(found.get(q).stream().map(Neighbour::row)).isEqualTo(expected);
            assertThat(found.get(q).get(0).cosine()).isCloseTo(cosine(table[expected.get(0)], query), within(1e-5));
        }
        assertThat(Similarity.nearest(table, queries, 1000).get(0)).hasSize(300);
        assertThatThrownBy(() -> Similarity.nearest(table, queries, 0)).hasMessageContaining("k must be at least 1");
    }

    @Test
    void copiesFormGroupsAndChainsHoldTogether() {
        float[][] table = table(40, 16, 3);
        for (int copy = 10; copy < 35; copy++) { // 26 of one picture, more than are asked of each
            table[copy] = table[4].clone();
        }
        table[36] = table[7].clone();
        table[36][0] += 0.05f;

        List<List<Integer>> groups = Similarity.groups(table, 0.99);

        assertThat(groups).hasSize(2);
        assertThat(groups.get(0)).hasSize(26).startsWith(4, 10, 11);
        assertThat(groups.get(1)).containsExactly(7, 36);
        assertThat(Similarity.groups(table(5, 16, 9), 0.99)).isEmpty();
    }

    @Test
    void whatIsAloneIsFarAway() {
        float[][] table = table(30, 8, 4);
        for (int i = 0; i < 30; i++) {
            for (int j = 0; j < 8; j++) {
                table[i][j] = (i == 17 ? -1 : 1) * (1 + 0.1f * table[i][j]);
            }
        }
        double[] distances = Similarity.distances(table, 5);

        assertThat(distances[17]).isGreaterThan(1.9);
        assertThat(IntStream.range(0, 30)
                        .filter(i -> i != 17)
                        .mapToDouble(i -> distances[i])
                        .max()
                        .orElse(9))
                .isLessThan(0.05);
        assertThatThrownBy(() -> Similarity.distances(table(1, 8, 4), 5)).hasMessageContaining("no others");
    }

    @Test
    void nothingStaysAllocated() {
        float[][] table = table(50, 8, 5);
        Similarity.groups(table, 0.9);
        long before = Leaks.settledCount();
        for (int i = 0; i < 20; i++) {
            Similarity.groups(table, 0.9);
        }
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
}
