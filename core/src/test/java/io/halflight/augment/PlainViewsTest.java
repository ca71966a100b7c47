package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import io.halflight.data.Transform;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link CropFlip}, {@link PadCropFlip} and {@link CentreView}. */
class PlainViewsTest {
    private static float[] view(Transform transform, Picture picture, long seed) {
        float[] out = new float[transform.channels() * transform.height() * transform.width()];
        transform.apply(picture, new SplittableRandom(seed), out, 0);
        return out;
    }

    @Test
    void cropFlipIsTheSampledBoxMirroredHalfTheTime() {
        Picture picture = Pictures.noise(1, 3, 40, 33);
        CropFlip transform = new CropFlip(24, 3, 0.3, 0.5);
        int flips = 0;
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            CropBox box = CropSampler.TORCHVISION.sample(random, 40, 33, 0.3, 1);
            boolean flip = random.nextDouble() < 0.5;
            flips += flip ? 1 : 0;
            float[] expected = new float[3 * 576];
            new Resizer(24, 3, Filter.BILINEAR).resize(picture, box, flip, expected, 0);
            assertThat(view(transform, picture, seed)).as("seed %d", seed).isEqualTo(expected);
        }
        assertThat(flips).isBetween(160, 240);
    }

    @ParameterizedTest
    @EnumSource(Padding.class)
    void padCropFlipShiftsThePictureByWholePixels(Padding padding) {
        Picture picture = Pictures.noise(2, 3, 12, 12);
        float[] source = Pictures.floats(picture);
        PadCropFlip transform = new PadCropFlip(12, 3, 4, padding, 0.5);
        for (int down = -4; down <= 4; down += 2) {
            for (int right = -4; right <= 4; right++) {
                for (boolean flip : new boolean[] {false, true}) {
                    float[] out = new float[3 * 144];
                    transform.paint(picture, down, right, flip, out, 0);
                    for (int i = 0; i < out.length; i++) {
                        int y = i / 12 % 12 + down;
                        int x = (flip ? 11 - i % 12 : i % 12) + right;
                        boolean outside = y < 0 || x < 0 || y > 11 || x > 11;
                        y = y < 0 ? -y : y > 11 ? 22 - y : y;
                        x = x < 0 ? -x : x > 11 ? 22 - x : x;
                        float expected = outside && padding == Padding.ZERO ? 0 : source[i / 144 * 144 + y * 12 + x];
                        assertThat(out[i])
                                .as("%d %d %s %d", down, right, flip, i)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void padCropFlipReachesEveryPlaceAndFlipsHalfTheTime() {
        byte[] pixels = new byte[11 * 11];
        pixels[5 * 11 + 4] = (byte) 255; // off the centre, so that a flip shows
        Picture picture = new Picture(1, 11, 11, pixels);
        PadCropFlip transform = new PadCropFlip(11, 1, 2, Padding.ZERO, 0.5);
        int[] seen = new int[121];
        for (int seed = 0; seed < 5000; seed++) {
            float[] out = view(transform, picture, seed);
            for (int i = 0; i < 121; i++) {
                seen[i] += out[i] == 1 ? 1 : 0;
            }
        }
        assertThat(Arrays.stream(seen).sum()).isEqualTo(5000);
        for (int i = 0; i < 121; i++) {
            int y = i / 11;
            int x = i % 11;
            // columns 2..6 without flip, 4..8 with it: 1/10 each, so 1/5 where they overlap; rows 3..7, 1/5 each
            int ways = (x >= 2 && x <= 6 ? 1 : 0) + (x >= 4 && x <= 8 ? 1 : 0);
            double expected = y >= 3 && y <= 7 ? 5000 * 0.2 * 0.1 * ways : 0;
            assertThat((double) seen[i])
                    .as("row %d, column %d", y, x)
                    .isCloseTo(expected, within(0.25 * expected + 30));
            assertThat(seen[i] > 0).isEqualTo(expected > 0);
        }
    }

    /** CIFAR's form. Pictures of the view's shape are copied as bytes, here others: a grey one for three channels. */
    @Test
    void padCropFlipReflectsFourPixelsOf32WhateverWayItTakes() {
        Picture grey = Pictures.noise(5, 1, 32, 32);
        float[] source = Pictures.floats(grey);
        for (int seed = 0; seed < 50; seed++) {
            float[] one = view(new PadCropFlip(32, 1, 4, Padding.REFLECT, 0.5), grey, seed);
            float[] three = view(new PadCropFlip(32, 3, 4, Padding.REFLECT, 0.5), grey, seed);
            for (int i = 0; i < three.length; i++) {
                assertThat(three[i]).as("seed %d", seed).isEqualTo(one[i % 1024]);
            }
        }
        float[] out = new float[1024];
        new PadCropFlip(32, 1, 4, Padding.REFLECT, 0.5).paint(grey, -4, 4, false, out, 0);
        assertThat(out[0]).isEqualTo(source[4 * 32 + 4]); // row -4 is row 4
        assertThat(out[31]).isEqualTo(source[4 * 32 + 27]); // column 35 is column 27
    }

    @Test
    void padCropFlipBringsOtherSizesToItsOwn() {
        Picture picture = Pictures.noise(3, 1, 31, 45);
        float[] expected = view(new CentreView(16, 3), picture, 0);
        float[] out = new float[3 * 256];
        new PadCropFlip(16, 3, 2, Padding.REFLECT, 0).paint(picture, 0, 0, false, out, 0);
        assertThat(out).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 32, 64})
    void smallCentreViewsShowAllOfASquarePicture(int size) {
        Picture same = Pictures.noise(4, 3, size, size);
        assertThat(view(new CentreView(size, 3), same, 0)).isEqualTo(Pictures.floats(same));

        Picture other = Pictures.noise(5, 3, 50, 50);
        float[] expected = new float[3 * size * size];
        new Resizer(size, 3, Filter.BILINEAR).resize(other, new CropBox(0, 0, 50, 50), false, expected, 0);
        assertThat(view(new CentreView(size, 3), other, 1)).isEqualTo(expected);
    }

    /** The shorter side keeps its scale, the longer one loses the same on both ends: here 10 of 52 columns each. */
    @Test
    void smallCentreViewsOfAWidePictureAreItsCentre() {
        Picture wide = Pictures.noise(6, 3, 32, 52);
        float[] source = Pictures.floats(wide);
        float[] out = view(new CentreView(32, 3), wide, 0);
        for (int i = 0; i < out.length; i++) {
            assertThat(out[i]).isEqualTo(source[i / 32 * 52 + 10 + i % 32]);
        }
        Picture tall = Pictures.noise(7, 1, 52, 32);
        float[] lines = Pictures.floats(tall);
        assertThat(view(new CentreView(32, 1), tall, 0)).isEqualTo(Arrays.copyOfRange(lines, 320, 320 + 1024));
    }

    @Test
    void largeCentreViewsKeepSevenEighthsOfTheShorterSide() {
        Picture picture = Pictures.noise(8, 3, 160, 256);
        float[] expected = new float[3 * 80 * 80];
        new Resizer(80, 3, Filter.BICUBIC).resize(picture, new CropBox(10, 58, 140, 140), false, expected, 0);
        assertThat(view(new CentreView(80, 3), picture, 0)).isEqualTo(expected);
    }

    @Test
    void centreViewsLeaveNothingToChance() {
        Picture picture = Pictures.noise(9, 3, 70, 61);
        assertThat(view(new CentreView(70, 3), picture, 1)).isEqualTo(view(new CentreView(70, 3), picture, 2));
    }
}
