package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResizerTest {
    private static float[] resize(Picture picture, CropBox box, int size, int channels, Filter filter, boolean mirror) {
        float[] out = new float[channels * size * size];
        new Resizer(size, channels, filter).resize(picture, box, mirror, out, 0);
        return out;
    }

    private static CropBox whole(Picture picture) {
        return new CropBox(0, 0, picture.height(), picture.width());
    }

    @ParameterizedTest
    @EnumSource(Filter.class)
    void theSameSizeChangesNothing(Filter filter) {
        Picture picture = Pictures.noise(1, 3, 17, 17);
        assertThat(resize(picture, whole(picture), 17, 3, filter, false)).isEqualTo(Pictures.floats(picture));
    }

    @ParameterizedTest
    @EnumSource(Filter.class)
    void aConstantStaysConstantAtAnyScale(Filter filter) {
        for (int[] size : new int[][] {{1, 1}, {2, 3}, {5, 9}, {40, 31}, {300, 700}}) {
            Picture picture = Pictures.constant(200, 3, size[0], size[1]);
            for (float value : resize(picture, whole(picture), 16, 3, filter, false)) {
                assertThat(value).isCloseTo(200 / 255f, within(2e-6f));
            }
        }
    }

    /** Two taps are not clipped, as their weights cannot overshoot; wider kernels are. */
    @ParameterizedTest
    @EnumSource(Filter.class)
    void whiteNeverExceedsOne(Filter filter) {
        for (int side = 1; side < 120; side++) {
            Picture white = Pictures.constant(255, 3, side, Math.max(1, side / 2));
            for (float value : resize(white, whole(white), 61, 3, filter, false)) {
                if (!(value <= 1 && value > 0.999999f)) {
                    throw new AssertionError("%s from %d rows".formatted(value, side));
                }
            }
        }
    }

    /** Shrinking by a whole factor f, the triangle of radius f weighs 2f pixels by their distance: here f = 2. */
    @Test
    void halvingAntialiasesWithTheTriangleOneThreeThreeOne() {
        byte[] ramp = {0, 10, 40, 90, (byte) 160, (byte) 250, 120, 60};
        byte[] pixels = new byte[64];
        for (int y = 0; y < 8; y++) {
            System.arraycopy(ramp, 0, pixels, 8 * y, 8);
        }
        Picture picture = new Picture(1, 8, 8, pixels);
        float[] view = resize(picture, whole(picture), 4, 1, Filter.BILINEAR, false);
        double[] expected = {
            (3 * 0 + 3 * 10 + 40) / 7.0,
            (10 + 3 * 40 + 3 * 90 + 160) / 8.0,
            (90 + 3 * 160 + 3 * 250 + 120) / 8.0,
            (250 + 3 * 120 + 3 * 60) / 7.0
        };
        for (int i = 0; i < 16; i++) {
            assertThat(view[i] * 255.0).isCloseTo(expected[i % 4], within(1e-3));
        }
    }

    /** Shrinking by 3 meets a source pixel exactly; by 2 it falls between two, where the cubic gives -1/16 and 9/16. */
    @Test
    void sharpBicubicWeighsFourPixelsHoweverStrongTheShrinking() {
        Taps taps = Taps.of(Filter.BICUBIC_SHARP, 90, 30);
        for (int i = 1; i < 29; i++) {
            for (int k = 0; k < taps.count; k++) {
                double expected = taps.start[i] + k == 3 * i + 1 ? 1 : 0;
                assertThat(taps.weights[i * taps.count + k]).isEqualTo((float) expected);
            }
        }
        Taps half = Taps.of(Filter.BICUBIC_SHARP, 20, 10);
        int at = 4 * half.count;
        double[] weights = new double[20];
        for (int k = 0; k < half.count; k++) {
            weights[half.start[4] + k] = half.weights[at + k];
        }
        assertThat(weights[7]).isCloseTo(-0.0625, within(1e-7));
        assertThat(weights[8]).isCloseTo(0.5625, within(1e-7));
        assertThat(weights[9]).isCloseTo(0.5625, within(1e-7));
        assertThat(weights[10]).isCloseTo(-0.0625, within(1e-7));
    }

    /** Every number of taps has its own loop; the plain sum over both axes must come out of each. */
    @ParameterizedTest
    @CsvSource({
        "BILINEAR, 5, 7",
        "BILINEAR, 20, 12",
        "BILINEAR, 24, 30",
        "BILINEAR, 50, 43",
        "BILINEAR, 1, 9",
        "BICUBIC, 5, 7",
        "BICUBIC, 20, 30",
        "BICUBIC_SHARP, 50, 43",
        "BICUBIC_SHARP, 3, 2"
    })
    void equalsThePlainSumOverTheTapsOfBothAxes(Filter filter, int height, int width) {
        int size = 16;
        Picture picture = Pictures.noise(3, 3, 60, 55);
        float[] source = Pictures.floats(picture);
        CropBox box = new CropBox(6, 4, height, width);
        Taps down = Taps.of(filter, height, size);
        Taps across = Taps.of(filter, width, size);
        float[] view = resize(picture, box, size, 3, filter, false);
        float[] mirrored = resize(picture, box, size, 3, filter, true);
        for (int i = 0; i < view.length; i++) {
            int c = i / (size * size);
            int y = i / size % size;
            int x = i % size;
            double sum = 0;
            for (int j = 0; j < down.count; j++) {
                for (int k = 0; k < across.count; k++) {
                    int row = 6 + down.start[y] + j;
                    int column = 4 + across.start[x] + k;
                    sum += (double) down.weights[y * down.count + j]
                            * across.weights[x * across.count + k]
                            * source[(c * 60 + row) * 55 + column];
                }
            }
            double expected = Math.max(0, Math.min(1, sum));
            assertThat((double) view[i]).isCloseTo(expected, within(1e-5));
            assertThat((double) mirrored[i - x + size - 1 - x]).isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void aColourPictureBecomesLumaAndAGreyOneIsRepeated() {
        Picture colour = Pictures.noise(4, 3, 9, 9);
        float[] rgb = Pictures.floats(colour);
        float[] grey = resize(colour, whole(colour), 9, 1, Filter.BILINEAR, false);
        for (int i = 0; i < 81; i++) {
            double luma = 0.2989 * rgb[i] + 0.587 * rgb[81 + i] + 0.114 * rgb[162 + i];
            assertThat((double) grey[i]).isCloseTo(luma, within(1e-6));
        }
        Picture single = Pictures.noise(5, 1, 9, 9);
        float[] three = resize(single, whole(single), 9, 3, Filter.BILINEAR, false);
        for (int i = 0; i < 243; i++) {
            assertThat(three[i]).isEqualTo(Pictures.floats(single)[i % 81]);
        }
    }

    @Test
    void writesNothingOutsideItsView() {
        Picture picture = Pictures.noise(6, 3, 30, 30);
        float[] out = new float[10 + 3 * 64 + 10];
        Arrays.fill(out, -7);
        new Resizer(8, 3, Filter.BICUBIC).resize(picture, whole(picture), false, out, 10);
        for (int i = 0; i < out.length; i++) {
            assertThat(out[i] == -7).as("index %d", i).isEqualTo(i < 10 || i >= 202);
        }
    }
}
