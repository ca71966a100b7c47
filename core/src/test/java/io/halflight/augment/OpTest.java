package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.data.Picture;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds beside the golden numbers of {@link GoldenOpTest}. */
class OpTest {
    private static final Fill FILL = new Fill(11, 22, 33);

    private static final int[][] SHAPES = {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {3, 3}, {8, 8}, {32, 32}, {33, 17}};

    private static final CropBox NOTHING = CropBox.NONE;

    @ParameterizedTest
    @EnumSource(
            value = Op.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"AUTO_CONTRAST", "EQUALIZE", "INVERT"})
    void theNeutralAmountChangesNothing(Op op) {
        for (int[] shape : SHAPES) {
            for (int channels : new int[] {1, 3}) {
                Picture picture = Pictures.noise(shape[0] + shape[1], channels, shape[0], shape[1]);
                Canvas canvas = loaded(picture);
                op.apply(canvas, op.neutral, NOTHING, ContrastMean.PAPER, FILL);
                assertThat(bytes(canvas)).as("%d x %d", shape[0], shape[1]).isEqualTo(picture.pixels());
            }
        }
    }

    @Test
    void oneLevelCannotBeStretchedOrEvenedOut() {
        for (int[] shape : SHAPES) {
            Picture picture = Pictures.constant(90, 3, shape[0], shape[1]);
            assertThat(bytes(done(Op.AUTO_CONTRAST, Double.NaN, picture))).isEqualTo(picture.pixels());
            assertThat(bytes(done(Op.EQUALIZE, Double.NaN, picture))).isEqualTo(picture.pixels());
        }
        byte[] two = {(byte) 100, (byte) 103, (byte) 104, (byte) 100};
        assertThat(row(done(Op.AUTO_CONTRAST, Double.NaN, new Picture(1, 1, 4, two)), 0, 0))
                .containsExactly(0, 191, 255, 0);
    }

    /** Grey pictures are pictures of three equal channels; Color leaves both as they are. */
    @ParameterizedTest
    @EnumSource(Op.class)
    void oneChannelIsTreatedAsThreeEqualOnes(Op op) {
        for (int[] shape : SHAPES) {
            Picture grey = Pictures.noise(3, 1, shape[0], shape[1]);
            byte[] three = new byte[3 * grey.pixels().length];
            for (int i = 0; i < three.length; i++) {
                three[i] = grey.pixels()[i % grey.pixels().length];
            }
            Picture colour = new Picture(3, shape[0], shape[1], three);
            for (double amount : amounts(op)) {
                CropBox hole = new CropBox(0, 0, 1, 1);
                Canvas one = loaded(grey);
                op.apply(one, amount, hole, ContrastMean.PAPER, Fill.grey(77));
                Canvas all = loaded(colour);
                op.apply(all, amount, hole, ContrastMean.PAPER, Fill.grey(77));
                byte[] expected = bytes(one);
                byte[] actual = bytes(all);
                for (int i = 0; i < actual.length; i++) {
                    assertThat(actual[i]).as("%s %s", op, amount).isEqualTo(expected[i % expected.length]);
                }
                if (op == Op.COLOR) {
                    assertThat(expected).isEqualTo(grey.pixels());
                }
            }
        }
    }

    /** The farther from the neutral amount, the more a picture changes. */
    @ParameterizedTest
    @EnumSource(
            value = Op.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"IDENTITY", "AUTO_CONTRAST", "EQUALIZE", "INVERT", "CUTOUT"})
    void theChangeGrowsWithTheAmount(Op op) {
        Picture picture = Pictures.formula(32);
        double[] amounts = amounts(op);
        double last = 0;
        for (double amount : amounts) {
            double change = change(op, amount, picture);
            assertThat(change).as("%s %s", op, amount).isGreaterThan(last);
            last = change;
        }
    }

    /** From weak to strong. */
    private static double[] amounts(Op op) {
        return switch (op) {
            case ROTATE -> new double[] {3, 12, 30};
            case SHEAR_X, SHEAR_Y -> new double[] {-0.05, -0.15, -0.3};
            case TRANSLATE_X, TRANSLATE_Y -> new double[] {2, 7, 20};
            case POSTERIZE -> new double[] {7, 4, 1, 0};
            case SOLARIZE -> new double[] {240, 178.5, 100};
            case SOLARIZE_ADD -> new double[] {10, 55, 110};
            case COLOR, CONTRAST, BRIGHTNESS, SHARPNESS -> new double[] {0.9, 0.5, 0};
            case IDENTITY, AUTO_CONTRAST, EQUALIZE, INVERT, CUTOUT -> new double[] {op.neutral};
        };
    }

    private static double change(Op op, double amount, Picture picture) {
        byte[] actual = bytes(done(op, amount, picture));
        double sum = 0;
        for (int i = 0; i < actual.length; i++) {
            sum += Math.abs((actual[i] & 255) - (picture.pixels()[i] & 255));
        }
        return sum / actual.length;
    }

    /** Shear and shift along one axis are those along the other, seen in the transposed picture. */
    @Test
    void rowsAndColumnsAreTreatedAlike() {
        for (int[] shape : SHAPES) {
            Picture picture = Pictures.noise(7, 3, shape[0], shape[1]);
            Picture turned = transposed(picture);
            for (double slope : new double[] {-0.9, -0.27, 0.03, 0.3, 0.81}) {
                Canvas across = done(Op.SHEAR_X, slope, picture);
                Canvas down = done(Op.SHEAR_Y, slope, turned);
                assertThat(transposed(picture(down)).pixels())
                        .as("shear %s", slope)
                        .isEqualTo(bytes(across));
            }
            for (double pixels : new double[] {-270, -9, -1.5, -1, 0.4, 0.6, 1, 4, 8, 270}) {
                Canvas across = done(Op.TRANSLATE_X, pixels, picture);
                Canvas down = done(Op.TRANSLATE_Y, pixels, turned);
                assertThat(transposed(picture(down)).pixels())
                        .as("shift %s", pixels)
                        .isEqualTo(bytes(across));
            }
        }
    }

    @Test
    void movesShowTheFillWhereThePictureEnds() {
        Canvas left = done(Op.TRANSLATE_X, 2, ramp());
        assertThat(row(left, 0, 0)).containsExactly(2, 3, 11, 11);
        assertThat(row(left, 2, 1)).containsExactly(38, 39, 33, 33);
        assertThat(row(done(Op.TRANSLATE_X, -1, ramp()), 1, 0)).containsExactly(22, 16, 17, 18);
        assertThat(row(done(Op.TRANSLATE_X, 4, ramp()), 0, 0)).containsExactly(11, 11, 11, 11);
        assertThat(row(done(Op.TRANSLATE_Y, -1, ramp()), 0, 0)).containsExactly(11, 11, 11, 11);
        assertThat(row(done(Op.TRANSLATE_Y, -1, ramp()), 0, 1)).containsExactly(0, 1, 2, 3);
        assertThat(row(done(Op.TRANSLATE_Y, 1, ramp()), 0, 0)).containsExactly(4, 5, 6, 7);
        Canvas half = done(Op.SHEAR_X, 1, ramp()); // row y shows x + 1/2 + y + 1/2, cut to whole pixels
        assertThat(row(half, 0, 0)).containsExactly(1, 2, 3, 11);
        assertThat(row(half, 0, 2)).containsExactly(11, 11, 11, 11);
    }

    /** Four rows of 0 to 15, 16 to 31 and 32 to 47. */
    private static Picture ramp() {
        byte[] pixels = new byte[48];
        for (int i = 0; i < 48; i++) {
            pixels[i] = (byte) i;
        }
        return new Picture(3, 4, 4, pixels);
    }

    private static int[] row(Canvas canvas, int channel, int y) {
        int[] row = new int[canvas.width];
        Arrays.setAll(row, x -> canvas.planes[channel][y * canvas.width + x] & 255);
        return row;
    }

    @Test
    void quarterTurnsAreExactAndCounterClockwise() {
        for (int side : new int[] {1, 2, 7, 8, 32}) {
            Picture picture = Pictures.noise(side, 3, side, side);
            byte[] quarter = bytes(done(Op.ROTATE, 90, picture));
            byte[] half = bytes(done(Op.ROTATE, 180, picture));
            byte[] back = bytes(done(Op.ROTATE, -90, picture));
            for (int c = 0; c < 3; c++) {
                for (int y = 0; y < side; y++) {
                    for (int x = 0; x < side; x++) {
                        int at = (c * side + y) * side + x;
                        assertThat(quarter[at]).isEqualTo(picture.pixels()[(c * side + x) * side + side - 1 - y]);
                        assertThat(back[at]).isEqualTo(picture.pixels()[(c * side + side - 1 - x) * side + y]);
                        assertThat(half[at])
                                .isEqualTo(
                                        picture.pixels()[c * side * side + side * side - 1 - (at - c * side * side)]);
                    }
                }
            }
        }
    }

    @Test
    void rotationKeepsTheCentreAndFillsTheCorners() {
        Canvas turned = done(Op.ROTATE, 45, Pictures.constant(200, 3, 33, 17));
        assertThat(row(turned, 0, 16)[8]).isEqualTo(200);
        assertThat(row(turned, 0, 0)[8]).isEqualTo(11);
        assertThat(row(turned, 1, 0)[0]).isEqualTo(22);
        assertThat(row(turned, 2, 32)[16]).isEqualTo(33);
    }

    @Test
    void solarizeAndSolarizeAddWorkBelowAndAboveTheirThresholds() {
        byte[] pixels = {0, 100, 127, (byte) 128, (byte) 200, (byte) 255};
        Picture picture = new Picture(1, 1, 6, pixels);
        assertThat(row(done(Op.SOLARIZE, 128, picture), 0, 0)).containsExactly(0, 100, 127, 127, 55, 0);
        assertThat(row(done(Op.SOLARIZE, 691, picture), 0, 0)).containsExactly(0, 100, 127, 128, 200, 255);
        assertThat(row(done(Op.SOLARIZE_ADD, 110, picture), 0, 0)).containsExactly(110, 210, 237, 128, 200, 255);
        assertThat(row(done(Op.SOLARIZE_ADD, 200, picture), 0, 0)).containsExactly(200, 255, 255, 128, 200, 255);
        assertThat(row(done(Op.POSTERIZE, 10, picture), 0, 0)).containsExactly(0, 100, 127, 128, 200, 255);
        assertThat(row(done(Op.POSTERIZE, 1, picture), 0, 0)).containsExactly(0, 0, 0, 128, 128, 128);
        assertThat(row(done(Op.BRIGHTNESS, 4.96, picture), 0, 0)).containsExactly(0, 255, 255, 255, 255, 255);
    }

    /** The published code's Contrast blends with a 256th of the number of pixels: 4 of 32 x 32. */
    @Test
    void contrastBlendsWithTheMeanOrAsInTheCode() {
        Picture picture = Pictures.constant(100, 3, 32, 32);
        for (ContrastMean mean : ContrastMean.values()) {
            Canvas canvas = loaded(picture);
            Op.CONTRAST.apply(canvas, 0, NOTHING, mean, FILL);
            int expected = mean == ContrastMean.CODE ? 4 : 100;
            assertThat(row(canvas, 1, 5)).containsOnly(expected);
            Canvas half = loaded(picture);
            Op.CONTRAST.apply(half, 0.5, NOTHING, mean, FILL);
            assertThat(row(half, 2, 9)).containsOnly((expected + 100) / 2);
        }
        Canvas photograph = new Canvas();
        photograph.reshape(1, 224, 224);
        assertThat(ContrastMean.CODE.of(photograph)).isEqualTo(196);
        photograph.reshape(1, 500, 500);
        assertThat(ContrastMean.CODE.of(photograph)).isEqualTo(255);
    }

    @Test
    void equalizeEqualsItsDefinitionInWholeNumbers() {
        SplittableRandom random = new SplittableRandom(5);
        for (int side : new int[] {16, 17, 32, 100, 224}) {
            byte[] pixels = new byte[side * side];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) random.nextInt(1 + random.nextInt(256));
            }
            byte[] actual = bytes(done(Op.EQUALIZE, Double.NaN, new Picture(1, side, side, pixels)));
            int[] below = new int[257];
            int most = 0;
            for (byte pixel : pixels) {
                below[(pixel & 255) + 1]++;
                most = Math.max(most, pixel & 255);
            }
            int step = (pixels.length - below[most + 1]) / 255;
            for (int level = 0; level < 256; level++) {
                below[level + 1] += below[level];
            }
            for (int i = 0; i < pixels.length; i++) {
                int expected = step == 0 ? pixels[i] & 255 : Math.min(255, (step / 2 + below[pixels[i] & 255]) / step);
                assertThat(actual[i] & 255).as("side %d", side).isEqualTo(expected);
            }
        }
    }

    @Test
    void sharpnessNeedsNeighboursAndLeavesTheBorder() {
        byte[] pixels = new byte[25];
        pixels[12] = 13;
        Picture point = new Picture(1, 5, 5, pixels);
        Canvas smooth = done(Op.SHARPNESS, 0, point);
        assertThat(row(smooth, 0, 0)).containsOnly(0);
        assertThat(row(smooth, 0, 1)).containsExactly(0, 1, 1, 1, 0);
        assertThat(row(smooth, 0, 2)).containsExactly(0, 1, 5, 1, 0);
        assertThat(row(done(Op.SHARPNESS, 2, point), 0, 2)).containsExactly(0, 0, 21, 0, 0);
        Picture corner = Pictures.noise(3, 3, 2, 9);
        assertThat(bytes(done(Op.SHARPNESS, 1.9, corner))).isEqualTo(corner.pixels());
        Picture frame = Pictures.noise(4, 3, 6, 6);
        byte[] sharp = bytes(done(Op.SHARPNESS, 1.9, frame));
        for (int i = 0; i < sharp.length; i++) {
            int y = i / 6 % 6;
            int x = i % 6;
            if (y == 0 || x == 0 || y == 5 || x == 5) {
                assertThat(sharp[i]).isEqualTo(frame.pixels()[i]);
            }
        }
    }

    @Test
    void aCanvasServesLargerAndSmallerPicturesInTurn() {
        Canvas canvas = new Canvas();
        for (int[] shape : new int[][] {{4, 4}, {33, 17}, {1, 1}, {8, 40}, {64, 64}, {2, 3}}) {
            for (Op op : Op.values()) {
                Picture picture = Pictures.noise(shape[0], 3, shape[0], shape[1]);
                double amount = amounts(op)[0];
                canvas.load(picture);
                op.apply(canvas, amount, new CropBox(0, 0, 1, 1), ContrastMean.PAPER, FILL);
                assertThat(bytes(canvas)).as("%s", op).isEqualTo(bytes(done(op, amount, picture)));
            }
        }
    }

    private static Canvas loaded(Picture picture) {
        Canvas canvas = new Canvas();
        canvas.load(picture);
        return canvas;
    }

    private static Canvas done(Op op, double amount, Picture picture) {
        Canvas canvas = loaded(picture);
        op.apply(canvas, amount, new CropBox(0, 0, 1, 1), ContrastMean.PAPER, FILL);
        return canvas;
    }

    private static byte[] bytes(Canvas canvas) {
        return picture(canvas).pixels();
    }

    private static Picture picture(Canvas canvas) {
        byte[] pixels = new byte[canvas.channels * canvas.plane];
        for (int c = 0; c < canvas.channels; c++) {
            System.arraycopy(canvas.planes[c], 0, pixels, c * canvas.plane, canvas.plane);
        }
        return new Picture(canvas.channels, canvas.height, canvas.width, pixels);
    }

    private static Picture transposed(Picture picture) {
        int h = picture.height();
        int w = picture.width();
        byte[] pixels = new byte[picture.pixels().length];
        for (int i = 0; i < pixels.length; i++) {
            int c = i / (h * w);
            pixels[(c * w + i % w) * h + i / w % h] = picture.pixels()[i];
        }
        return new Picture(picture.channels(), w, h, pixels);
    }
}
