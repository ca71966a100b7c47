package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlurTest {
    /** The kernel written out in two dimensions, none of its ends left out. */
    @ParameterizedTest
    @CsvSource({
        "40, 2, 1.3, REFLECT",
        "40, 2, 1.3, ZERO",
        "40, 9, 2.0, ZERO",
        "40, 9, 0.4, REFLECT",
        "7, 6, 2.0, REFLECT",
        "70, 11, 1.9, REFLECT",
        "7, 1, 0.1, ZERO",
        "33, 3, 1.0, ZERO"
    })
    void equalsThePlainSumOverTheKernel(int size, int radius, double sigma, Padding padding) {
        Picture picture = Pictures.noise(21, 3, size, size);
        float[] source = Pictures.floats(picture);
        float[] view = new float[5 + source.length];
        System.arraycopy(source, 0, view, 5, source.length);

        Blur.apply(view, 5, size, 3, radius, sigma, padding);

        double[] kernel = new double[2 * radius + 1];
        double sum = 0;
        for (int k = -radius; k <= radius; k++) {
            kernel[radius + k] = Math.exp(-k * k / (2 * sigma * sigma));
            sum += kernel[radius + k];
        }
        for (int i = 0; i < source.length; i += 3) {
            int c = i / (size * size);
            int y = i / size % size;
            int x = i % size;
            double expected = 0;
            for (int dy = -radius; dy <= radius; dy++) {
                for (int dx = -radius; dx <= radius; dx++) {
                    double weight = kernel[radius + dy] * kernel[radius + dx] / (sum * sum);
                    expected += weight * at(source, c, y + dy, x + dx, size, padding);
                }
            }
            assertThat((double) view[5 + i]).as("%d %d %d", c, y, x).isCloseTo(expected, within(1e-5));
        }
        assertThat(view).startsWith(0, 0, 0, 0, 0);
    }

    private static double at(float[] source, int c, int y, int x, int size, Padding padding) {
        if (padding == Padding.ZERO && (y < 0 || x < 0 || y >= size || x >= size)) {
            return 0;
        }
        return source[(c * size + mirrored(y, size)) * size + mirrored(x, size)];
    }

    private static int mirrored(int i, int size) {
        int inside = Math.abs(i);
        return inside < size ? inside : 2 * (size - 1) - inside;
    }

    @Test
    void mirroringKeepsAConstantAndZerosDarkenItsEdges() {
        float[] mirrored = Pictures.floats(Pictures.constant(255, 1, 24, 24));
        Blur.apply(mirrored, 0, 24, 1, 5, 2, Padding.REFLECT);
        float[] zeros = Pictures.floats(Pictures.constant(255, 1, 24, 24));
        Blur.apply(zeros, 0, 24, 1, 5, 2, Padding.ZERO);
        for (int i = 0; i < 24 * 24; i++) {
            assertThat(mirrored[i]).isCloseTo(1, within(1e-6f)).isLessThanOrEqualTo(1);
        }
        assertThat(zeros[12 * 24 + 12]).isCloseTo(1, within(1e-6f));
        assertThat(zeros[0]).isBetween(0.3f, 0.4f);
    }

    @ParameterizedTest
    @CsvSource({"224, 11", "128, 6", "96, 4", "32, 1", "19, 0"})
    void theKernelIsATenthOfTheSide(int size, int radius) {
        assertThat(Blur.radius(size)).isEqualTo(radius);
    }
}
