package io.halflight.augment;

import io.halflight.data.Picture;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Cuts a box from a picture of bytes, resizes it to a square of floats in [0, 1] and mirrors it if asked, in one pass
 * over the source: each source row is converted and resized horizontally just before the first output row that needs
 * it, so intermediate rows never leave the nearest cache. Values stay in [0, 1]: what a bicubic filter or rounding
 * carries beyond is clipped.
 */
final class Resizer {
    /** Weights of the grey picture, ITU-R BT.601 as torchvision and TensorFlow round them. */
    static final float LUMA_RED = 0.2989f;

    static final float LUMA_GREEN = 0.587f;
    static final float LUMA_BLUE = 0.114f;

    /** A byte as a value in [0, 1]. */
    static final float[] UNIT = new float[256];

    static {
        for (int i = 0; i < 256; i++) {
            UNIT[i] = i / 255f;
        }
    }

    /** Axes longer than this are not remembered: their taps cost little beside the pixels they weigh. */
    private static final int REMEMBERED = 640;

    private final int size;
    private final int channels;
    private final Filter filter;
    private final AtomicReferenceArray<Axis> axes = new AtomicReferenceArray<>(REMEMBERED + 1);

    /** The taps of one axis length, straight and mirrored. */
    private record Axis(Taps straight, Taps mirrored) {}

    /** To views of [channels, size, size]. */
    Resizer(int size, int channels, Filter filter) {
        if (size < 1) {
            throw new IllegalArgumentException("a view has at least 1 pixel a side, got " + size);
        }
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("a view has 1 or 3 channels, got " + channels);
        }
        this.size = size;
        this.channels = channels;
        this.filter = filter;
    }

    /** Writes the box as [channels, size, size] at {@code out[offset ..]}. */
    void resize(Picture picture, CropBox box, boolean mirror, float[] out, int offset) {
        Axis across = axis(box.width());
        resize(picture, box, mirror ? across.mirrored : across.straight, axis(box.height()).straight, out, offset);
    }

    /** As above, with the taps of both axes given; their sources are counted from the box's corner. */
    void resize(Picture picture, CropBox box, Taps across, Taps down, float[] out, int offset) {
        Scratch scratch = Scratch.local();
        scratch.reserveSource(box.width());
        int planes = Math.min(channels, picture.channels());
        int width = planes * size;
        float[][] ring = scratch.ring(down.count, width);
        float[] mixed = scratch.mixed;
        boolean clip = across.overshoots || down.overshoots;
        int plane = size * size;
        int ready = 0;
        for (int y = 0; y < size; y++) {
            int first = down.start[y];
            for (ready = Math.max(ready, first); ready < first + down.count; ready++) {
                convert(picture, box, ready, scratch.source);
                across(scratch.source, planes, across, ring[ready % down.count]);
            }
            Rows.mix(ring, first, down.weights, y * down.count, down.count, mixed, width);
            if (clip) {
                Rows.clip(mixed, width);
            }
            for (int c = 0; c < planes; c++) {
                System.arraycopy(mixed, c * size, out, offset + c * plane + y * size, size);
            }
        }
        for (int c = planes; c < channels; c++) {
            System.arraycopy(out, offset, out, offset + c * plane, plane);
        }
    }

    /** One row of the box as floats: each channel, or the luma where views are grey and the picture is not. */
    private void convert(Picture picture, CropBox box, int row, float[][] source) {
        byte[] pixels = picture.pixels();
        int plane = picture.height() * picture.width();
        int at = (box.top() + row) * picture.width() + box.left();
        int n = box.width();
        if (channels == 1 && picture.channels() == 3) {
            luma(pixels, at, at + plane, at + 2 * plane, source[0], n);
            return;
        }
        for (int c = 0; c < picture.channels(); c++) {
            unit(pixels, at + c * plane, source[c], n);
        }
    }

    private static void unit(byte[] pixels, int at, float[] out, int n) {
        for (int x = 0; x < n; x++) {
            out[x] = UNIT[pixels[at + x] & 255];
        }
    }

    private static void luma(byte[] pixels, int red, int green, int blue, float[] out, int n) {
        for (int x = 0; x < n; x++) {
            out[x] = LUMA_RED * UNIT[pixels[red + x] & 255]
                    + LUMA_GREEN * UNIT[pixels[green + x] & 255]
                    + LUMA_BLUE * UNIT[pixels[blue + x] & 255];
        }
    }

    /** Resizes the rows of all planes horizontally, side by side into {@code out}. */
    private void across(float[][] source, int planes, Taps taps, float[] out) {
        if (planes == 3) {
            switch (taps.count) {
                case 2 -> across2(source[0], source[1], source[2], taps.start, taps.weights, out, size);
                case 3 -> across3(source[0], source[1], source[2], taps.start, taps.weights, out, size);
                case 4 -> across4(source[0], source[1], source[2], taps.start, taps.weights, out, size);
                default -> acrossAny(source[0], source[1], source[2], taps, out, size);
            }
        } else {
            acrossOne(source[0], taps, out, size);
        }
    }

    private static void across2(float[] r, float[] g, float[] b, int[] start, float[] w, float[] out, int n) {
        for (int x = 0; x < n; x++) {
            int s = start[x];
            float w0 = w[2 * x];
            float w1 = w[2 * x + 1];
            out[x] = w0 * r[s] + w1 * r[s + 1];
            out[n + x] = w0 * g[s] + w1 * g[s + 1];
            out[2 * n + x] = w0 * b[s] + w1 * b[s + 1];
        }
    }

    private static void across3(float[] r, float[] g, float[] b, int[] start, float[] w, float[] out, int n) {
        for (int x = 0; x < n; x++) {
            int s = start[x];
            float w0 = w[3 * x];
            float w1 = w[3 * x + 1];
            float w2 = w[3 * x + 2];
            out[x] = w0 * r[s] + w1 * r[s + 1] + w2 * r[s + 2];
            out[n + x] = w0 * g[s] + w1 * g[s + 1] + w2 * g[s + 2];
            out[2 * n + x] = w0 * b[s] + w1 * b[s + 1] + w2 * b[s + 2];
        }
    }

    private static void across4(float[] r, float[] g, float[] b, int[] start, float[] w, float[] out, int n) {
        for (int x = 0; x < n; x++) {
            int s = start[x];
            float w0 = w[4 * x];
            float w1 = w[4 * x + 1];
            float w2 = w[4 * x + 2];
            float w3 = w[4 * x + 3];
            out[x] = w0 * r[s] + w1 * r[s + 1] + w2 * r[s + 2] + w3 * r[s + 3];
            out[n + x] = w0 * g[s] + w1 * g[s + 1] + w2 * g[s + 2] + w3 * g[s + 3];
            out[2 * n + x] = w0 * b[s] + w1 * b[s + 1] + w2 * b[s + 2] + w3 * b[s + 3];
        }
    }

    private static void acrossAny(float[] r, float[] g, float[] b, Taps taps, float[] out, int n) {
        int count = taps.count;
        float[] w = taps.weights;
        for (int x = 0; x < n; x++) {
            int s = taps.start[x];
            float red = 0;
            float green = 0;
            float blue = 0;
            for (int k = 0; k < count; k++) {
                float weight = w[x * count + k];
                red += weight * r[s + k];
                green += weight * g[s + k];
                blue += weight * b[s + k];
            }
            out[x] = red;
            out[n + x] = green;
            out[2 * n + x] = blue;
        }
    }

    private static void acrossOne(float[] row, Taps taps, float[] out, int n) {
        int count = taps.count;
        float[] w = taps.weights;
        for (int x = 0; x < n; x++) {
            int s = taps.start[x];
            float sum = 0;
            for (int k = 0; k < count; k++) {
                sum += w[x * count + k] * row[s + k];
            }
            out[x] = sum;
        }
    }

    private Axis axis(int length) {
        if (length > REMEMBERED) {
            return made(length);
        }
        Axis axis = axes.get(length);
        if (axis == null) {
            axis = made(length);
            axes.set(length, axis);
        }
        return axis;
    }

    private Axis made(int length) {
        Taps straight = Taps.of(filter, length, size);
        return new Axis(straight, straight.mirrored());
    }
}
