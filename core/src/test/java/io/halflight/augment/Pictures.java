package io.halflight.augment;

import io.halflight.data.Picture;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Pictures that need no files. */
final class Pictures {
    private Pictures() {}

    /** The formula of the golden file, size x size. */
    static Picture formula(int size) {
        byte[] pixels = new byte[3 * size * size];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    int value = x * (5 + c) + y * (3 + 2 * c) + 40 * c + 60 * ((x / 4 + y / 4) % 2);
                    pixels[(c * size + y) * size + x] = (byte) (value % 256);
                }
            }
        }
        return new Picture(3, size, size, pixels);
    }

    static Picture noise(long seed, int channels, int height, int width) {
        byte[] pixels = new byte[channels * height * width];
        new SplittableRandom(seed).nextBytes(pixels);
        return new Picture(channels, height, width, pixels);
    }

    static Picture constant(int value, int channels, int height, int width) {
        byte[] pixels = new byte[channels * height * width];
        Arrays.fill(pixels, (byte) value);
        return new Picture(channels, height, width, pixels);
    }

    static float[] floats(Picture picture) {
        float[] out = new float[picture.pixels().length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (picture.pixels()[i] & 255) / 255f;
        }
        return out;
    }
}
