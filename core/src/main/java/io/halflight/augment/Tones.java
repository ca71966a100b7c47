package io.halflight.augment;

import java.util.Arrays;

/**
 * Operations on the levels of a {@link Canvas}, with Pillow's arithmetic (ImageOps, ImageEnhance) to the last bit: luma
 * in 16 bits of fraction, blends in float, cut to whole levels and not rounded.
 */
final class Tones {
    private Tones() {}

    static void invert(Canvas c) {
        for (int k = 0; k < c.channels; k++) {
            invert(c.planes[k], c.plane);
        }
    }

    private static void invert(byte[] x, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) ~x[i];
        }
    }

    /** Keeps the upper {@code bits} of every level: 0 leaves black, 8 and more the picture. */
    static void posterize(Canvas c, int bits) {
        if (bits >= 8) {
            return;
        }
        int mask = -1 << (8 - Math.max(0, bits));
        for (int k = 0; k < c.channels; k++) {
            mask(c.planes[k], mask, c.plane);
        }
    }

    private static void mask(byte[] x, int mask, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = (byte) (x[i] & mask);
        }
    }

    /** Inverts levels of at least {@code threshold}; above 255 there are none. */
    static void solarize(Canvas c, double threshold) {
        for (int i = 0; i < 256; i++) {
            c.table[i] = (byte) (i < threshold ? i : 255 - i);
        }
        mapAll(c);
    }

    /** Adds to levels below 128, up to 255; others stay. */
    static void solarizeAdd(Canvas c, int addition) {
        for (int i = 0; i < 256; i++) {
            c.table[i] = (byte) (i < 128 ? clip(i + addition) : i);
        }
        mapAll(c);
    }

    /** Stretches each channel so that its lowest level becomes 0 and its highest 255; one level alone stays. */
    static void autoContrast(Canvas c) {
        for (int k = 0; k < c.channels; k++) {
            byte[] x = c.planes[k];
            count(x, c.counts, c.plane);
            int low = lowest(c.counts);
            int high = highest(c.counts);
            if (high > low) {
                double scale = 255.0 / (high - low);
                double shift = -low * scale;
                for (int i = low; i <= high; i++) {
                    c.table[i] = (byte) clip((int) (i * scale + shift));
                }
                map(x, c.table, c.plane);
            }
        }
    }

    /**
     * Evens out each channel's histogram: a level becomes the number of pixels below it in steps of {@code (pixels -
     * those of the highest level) / 255}, rounded. Where a step has no pixel the channel stays.
     */
    static void equalize(Canvas c) {
        for (int k = 0; k < c.channels; k++) {
            byte[] x = c.planes[k];
            count(x, c.counts, c.plane);
            int step = (c.plane - c.counts[highest(c.counts)]) / 255;
            if (step > 0) {
                double perPixel = 1.0 / step; // half a pixel more than n keeps n / step exact: 256 divisions cost more
                double n = (step >> 1) + 0.5;
                for (int i = 0; i < 256; i++) {
                    c.table[i] = (byte) Math.min(255, (int) (n * perPixel));
                    n += c.counts[i];
                }
                map(x, c.table, c.plane);
            }
        }
    }

    private static void count(byte[] x, int[] counts, int n) {
        Arrays.fill(counts, 0);
        for (int i = 0; i < n; i++) {
            counts[x[i] & 255]++;
        }
    }

    private static int lowest(int[] counts) {
        int level = 0;
        while (counts[level] == 0) {
            level++;
        }
        return level;
    }

    private static int highest(int[] counts) {
        int level = 255;
        while (counts[level] == 0) {
            level--;
        }
        return level;
    }

    /** Blends with black: 0 is black, 1 the picture. */
    static void brightness(Canvas c, float factor) {
        contrast(c, factor, 0);
    }

    /** Blends with a grey {@code mean}: 0 is that grey, 1 the picture. */
    static void contrast(Canvas c, float factor, int mean) {
        for (int i = 0; i < 256; i++) {
            c.table[i] = (byte) blend(mean, i, factor);
        }
        mapAll(c);
    }

    /** The mean grey level, rounded. */
    static int mean(Canvas c) {
        long sum =
                c.channels == 1 ? sum(c.planes[0], c.plane) : sumOfLuma(c.planes[0], c.planes[1], c.planes[2], c.plane);
        return (int) (sum / (double) c.plane + 0.5);
    }

    private static long sum(byte[] x, int n) {
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x[i] & 255;
        }
        return sum;
    }

    private static long sumOfLuma(byte[] r, byte[] g, byte[] b, int n) {
        long sum = 0;
        for (int i = 0; i < n; i++) {
            sum += luma(r[i] & 255, g[i] & 255, b[i] & 255);
        }
        return sum;
    }

    /** Blends with the grey picture: 0 is grey, 1 the picture. A canvas of one channel has no colour and stays. */
    static void color(Canvas c, float factor) {
        if (c.channels == 3) {
            color(c.planes[0], c.planes[1], c.planes[2], factor, c.plane);
        }
    }

    private static void color(byte[] r, byte[] g, byte[] b, float factor, int n) {
        for (int i = 0; i < n; i++) {
            int red = r[i] & 255;
            int green = g[i] & 255;
            int blue = b[i] & 255;
            int luma = luma(red, green, blue);
            r[i] = (byte) blend(luma, red, factor);
            g[i] = (byte) blend(luma, green, factor);
            b[i] = (byte) blend(luma, blue, factor);
        }
    }

    /**
     * Blends with the picture smoothed by the kernel 1 1 1, 1 5 1, 1 1 1: 0 is smooth, 1 the picture. The outermost
     * pixels stay, so a picture of fewer than three rows or columns does.
     */
    static void sharpness(Canvas c, float factor) {
        int w = c.width;
        if (c.height < 3 || w < 3) {
            return;
        }
        for (int k = 0; k < c.channels; k++) {
            byte[] x = c.planes[k];
            byte[] out = c.spare[k];
            System.arraycopy(x, 0, out, 0, w);
            for (int y = 1; y < c.height - 1; y++) {
                sharpen(x, y * w, w, factor, out);
            }
            System.arraycopy(x, c.plane - w, out, c.plane - w, w);
        }
        c.swap();
    }

    /** One row; each sum of three pixels in a column serves three pixels in turn. */
    private static void sharpen(byte[] x, int at, int w, float factor, byte[] out) {
        out[at] = x[at];
        int own = x[at + 1] & 255;
        int left = (x[at - w] & 255) + (x[at] & 255) + (x[at + w] & 255);
        int middle = (x[at - w + 1] & 255) + own + (x[at + w + 1] & 255);
        for (int i = at + 1; i < at + w - 1; i++) {
            int next = x[i + 1] & 255;
            int right = (x[i + 1 - w] & 255) + next + (x[i + 1 + w] & 255);
            int sum = left + middle + right + 4 * own;
            int smooth = ((2 * sum + 13) * 40330) >> 20; // sum / 13 rounded, exact up to 13 * 255
            out[i] = (byte) blend(smooth, own, factor);
            left = middle;
            middle = right;
            own = next;
        }
        out[at + w - 1] = x[at + w - 1];
    }

    private static int luma(int red, int green, int blue) {
        return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
    }

    private static int blend(int from, int to, float factor) {
        return clip((int) (from + factor * (to - from)));
    }

    private static int clip(int level) {
        return Math.max(0, Math.min(255, level));
    }

    private static void mapAll(Canvas c) {
        for (int k = 0; k < c.channels; k++) {
            map(c.planes[k], c.table, c.plane);
        }
    }

    private static void map(byte[] x, byte[] table, int n) {
        for (int i = 0; i < n; i++) {
            x[i] = table[x[i] & 255];
        }
    }
}
