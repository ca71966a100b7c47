package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.torch.Tensors;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FeatureMapTest {
    /** Clouds around as many directions, in turns; row i belongs to cloud i % clouds. */
    private static float[][] clouds(int n, int d, int clouds, double spread, long seed) {
        Random random = new Random(seed);
        float[][] centres = new float[clouds][d];
        for (float[] centre : centres) {
            for (int j = 0; j < d; j++) {
                centre[j] = (float) random.nextGaussian();
            }
        }
        float[][] rows = new float[n][d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                rows[i][j] = centres[i % clouds][j] + (float) (spread * random.nextGaussian());
            }
        }
        return rows;
    }

    private static Tensor tensor(float[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
        }
        return Tensors.floats(flat, rows.length, rows[0].length);
    }

    /** Share of points whose nearest other point is of their cloud. */
    private static double agreement(float[][] points, int clouds) {
        int same = 0;
        for (int i = 0; i < points.length; i++) {
            int nearest = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int j = 0; j < points.length; j++) {
                double distance = Math.hypot(points[i][0] - points[j][0], points[i][1] - points[j][1]);
                if (j != i && distance < least) {
                    least = distance;
                    nearest = j;
                }
            }
            same += nearest % clouds == i % clouds ? 1 : 0;
        }
        return (double) same / points.length;
    }

    @Test
    void manyCloudsStayApartInThePlaneWhereTwoComponentsMixThem() {
        try (PointerScope scope = new PointerScope()) {
            FeatureMap map = FeatureMap.of(tensor(clouds(400, 32, 20, 0.4, 1)));

            assertThat(agreement(map.tsne(), 20)).isGreaterThan(0.98);
            assertThat(agreement(map.pca(), 20)).isLessThan(0.8);
        }
    }

    @Test
    void theStepsMakeTheDivergenceSmallAndPlacesAreCentredAndRepeatable() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = tensor(clouds(200, 8, 4, 0.6, 2));
            Tensor y = Tsne.of(x);

            double start = Tsne.divergence(x, x.narrow(1, 0, 2).contiguous());
            double end = Tsne.divergence(x, y);
            assertThat(end).isBetween(0.0, 0.7 * start);
            assertThat(Tensors.toFloats(y.mean(0))).containsExactly(new float[] {0, 0}, within(1e-3f));
            assertThat(Tensors.toFloats(Tsne.of(x))).isEqualTo(Tensors.toFloats(y));
        }
    }

    @Test
    void componentsAreThoseOfTheScaledFeatures() {
        // unit vectors in a plane, most of their spread along (1, -1)
        float[][] rows = new float[12][];
        for (int i = 0; i < 12; i++) {
            double angle = Math.PI / 4 + (i - 5.5) * 0.05;
            rows[i] = new float[] {(float) (3 * Math.cos(angle)), (float) (3 * Math.sin(angle)), 0};
        }
        try (PointerScope scope = new PointerScope()) {
            FeatureMap map = FeatureMap.of(tensor(rows));
            for (int i = 0; i < 12; i++) {
                double along = Math.sin((i - 5.5) * 0.05);
                assertThat(Math.abs(map.pca()[i][0])).isCloseTo((float) Math.abs(along), within(1e-5f));
            }
            assertThat(map.explained()[0]).isGreaterThan(0.99f);
            assertThat(map.explained()[0] + map.explained()[1]).isCloseTo(1, within(1e-5f));
        }
    }

    @Test
    void equalFeaturesAndFewOnesGiveNumbers() {
        float[][] same = new float[8][4];
        for (float[] row : same) {
            row[1] = 2;
        }
        try (PointerScope scope = new PointerScope()) {
            FeatureMap map = FeatureMap.of(tensor(same));
            for (float[] point : map.tsne()) {
                assertThat(point).doesNotContain(Float.NaN);
            }
            assertThat(map.explained()).doesNotContain(Float.NaN);
        }
    }

    @Test
    void whatHasNoMapIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> FeatureMap.of(tensor(new float[7][4]))).hasMessageContaining("8 rows");
            float[][] broken = clouds(9, 3, 1, 1, 3);
            broken[4][1] = Float.NaN;
            assertThatThrownBy(() -> FeatureMap.of(tensor(broken))).isInstanceOf(HalflightException.class);
        }
    }

    @Test
    void theTypicalPictureIsThatInTheMiddleOfItsClass() {
        float[][] rows = {{1, 0}, {1, 0.2f}, {1, 0.5f}, {0, 1}, {-1, 0}};
        try (PointerScope scope = new PointerScope()) {
            assertThat(FeatureMap.typical(tensor(rows), new int[] {0, 0, 0, 2, 2}, 4))
                    .startsWith(1, -1)
                    .endsWith(-1);
            assertThat(FeatureMap.typical(tensor(rows), new int[] {0, 0, 0, 2, 2}, 4)[2])
                    .isIn(3, 4);
        }
    }
}
