package io.halflight.augment;

import java.util.Arrays;

/** Separable Gaussian blur of planes of floats. */
final class Blur {
    /** Values blurred horizontally at once, 4 padded rows of 224: six arrays, 24 KiB of cache. */
    private static final int STRIP = 1024;

    private Blur() {}

    /** The published rule: a kernel of a tenth of the side, made odd. 224 gives 11 (23 taps), 32 gives 1. */
    static int radius(int size) {
        return size / 20;
    }

    /**
     * Half of the normalised kernel from its centre outwards. Its far end is left out where it weighs less than 1e-6 of
     * the centre, which changes no value by 1e-5 and halves the work for the mean sigma.
     */
    static float[] kernel(int radius, double sigma) {
        double[] raw = new double[radius + 1];
        double sum = 0;
        int used = 0;
        for (int k = 0; k <= radius; k++) {
            raw[k] = Math.exp(-0.5 * k * k / (sigma * sigma));
            sum += k == 0 ? raw[k] : 2 * raw[k];
            used = raw[k] >= 1e-6 ? k : used;
        }
        float[] kernel = new float[used + 1];
        for (int k = 0; k <= used; k++) {
            kernel[k] = (float) (raw[k] / sum);
        }
        return kernel;
    }

    /** Blurs each of the channels, [size, size] from {@code offset}, in place; the result is clipped to [0, 1]. */
    static void apply(float[] view, int offset, int size, int channels, int radius, double sigma, Padding padding) {
        float[] kernel = kernel(radius, sigma);
        if (kernel.length == 1) {
            return;
        }
        for (int c = 0; c < channels; c++) {
            int at = offset + c * size * size;
            across(view, at, size, kernel, padding);
            down(view, at, size, kernel, padding);
        }
    }

    /**
     * Several rows, each with its padding, form one line, and tap k of all of them is that line shifted by k. Shifted
     * copies cost less than they save: only arrays read at one index vectorise.
     */
    private static void across(float[] view, int at, int size, float[] kernel, Padding padding) {
        int radius = kernel.length - 1;
        int padded = size + 2 * radius;
        int atOnce = Math.max(1, Math.min(size, STRIP / padded));
        int length = atOnce * padded;
        float[][] rows = Scratch.local().rows(6, length);
        float[] line = rows[0];
        float[] sum = rows[1];
        for (int y = 0; y < size; y += atOnce) {
            int count = Math.min(atOnce, size - y);
            int used = count * padded - 2 * radius;
            for (int r = 0; r < count; r++) {
                pad(view, at + (y + r) * size, size, radius, padding, line, r * padded);
            }
            System.arraycopy(line, radius, rows[2], 0, used);
            Rows.one(rows[2], kernel[0], sum, used);
            int k = 1;
            for (; k + 1 <= radius; k += 2) {
                System.arraycopy(line, radius - k, rows[2], 0, used);
                System.arraycopy(line, radius + k, rows[3], 0, used);
                System.arraycopy(line, radius - k - 1, rows[4], 0, used);
                System.arraycopy(line, radius + k + 1, rows[5], 0, used);
                Rows.addPairs(rows[2], rows[3], kernel[k], rows[4], rows[5], kernel[k + 1], sum, used);
            }
            if (k <= radius) {
                System.arraycopy(line, radius - k, rows[2], 0, used);
                System.arraycopy(line, radius + k, rows[3], 0, used);
                Rows.addPair(rows[2], rows[3], kernel[k], sum, used);
            }
            for (int r = 0; r < count; r++) {
                System.arraycopy(sum, r * padded, view, at + (y + r) * size, size);
            }
        }
    }

    private static void pad(float[] view, int at, int size, int radius, Padding padding, float[] line, int to) {
        System.arraycopy(view, at, line, to + radius, size);
        for (int k = 1; k <= radius; k++) {
            int before = padding.index(-k, size);
            int after = padding.index(size - 1 + k, size);
            line[to + radius - k] = before < 0 ? 0 : view[at + before];
            line[to + radius + size - 1 + k] = after < 0 ? 0 : view[at + after];
        }
    }

    private static void down(float[] view, int at, int size, float[] kernel, Padding padding) {
        int radius = kernel.length - 1;
        float[][] rows = Scratch.local().rows(size + 2, size);
        float[] zeros = rows[size];
        float[] sum = rows[size + 1];
        Arrays.fill(zeros, 0, size, 0);
        for (int y = 0; y < size; y++) {
            System.arraycopy(view, at + y * size, rows[y], 0, size);
        }
        for (int y = 0; y < size; y++) {
            Rows.one(rows[y], kernel[0], sum, size);
            int k = 1;
            for (; k + 1 <= radius; k += 2) {
                Rows.addPairs(
                        row(rows, zeros, y - k, size, padding),
                        row(rows, zeros, y + k, size, padding),
                        kernel[k],
                        row(rows, zeros, y - k - 1, size, padding),
                        row(rows, zeros, y + k + 1, size, padding),
                        kernel[k + 1],
                        sum,
                        size);
            }
            if (k <= radius) {
                float[] above = row(rows, zeros, y - k, size, padding);
                float[] below = row(rows, zeros, y + k, size, padding);
                Rows.addPair(above, below, kernel[k], sum, size);
            }
            Rows.clip(sum, size);
            System.arraycopy(sum, 0, view, at + y * size, size);
        }
    }

    private static float[] row(float[][] rows, float[] zeros, int y, int size, Padding padding) {
        int index = padding.index(y, size);
        return index < 0 ? zeros : rows[index];
    }
}
