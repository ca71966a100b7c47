package io.halflight.augment;

import io.halflight.data.Picture;
import java.util.Arrays;

/**
 * A picture of bytes that {@link Op operations} change: a plane of {@code height * width} for each channel, in arrays of
 * their own. An operation that moves pixels writes the other set of planes and swaps the two. The memory is kept and
 * only grows, so working on one canvas again and again allocates nothing.
 */
final class Canvas {
    int channels;
    int height;
    int width;

    /** {@code height * width}. */
    int plane;

    /** The picture: [channels], each [plane] and one more, the place of the colour of what lies outside. */
    byte[][] planes = new byte[3][0];

    /** Where the next picture is made. */
    byte[][] spare = new byte[3][0];

    final byte[] table = new byte[256];
    final int[] counts = new int[256];

    /** See {@link Moves#steps}. */
    final int[] steps = new int[Moves.STEPS];

    /** Where each pixel of a plane comes from. */
    int[] sources = new int[0];

    /** Sets the shape; what the picture shows is undefined afterwards. */
    void reshape(int channels, int height, int width) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        plane = height * width;
        if (sources.length < plane) {
            sources = new int[plane];
            for (int c = 0; c < 3; c++) {
                planes[c] = new byte[plane + 1];
                spare[c] = new byte[plane + 1];
            }
        }
    }

    void load(Picture picture) {
        reshape(picture.channels(), picture.height(), picture.width());
        for (int c = 0; c < channels; c++) {
            System.arraycopy(picture.pixels(), c * plane, planes[c], 0, plane);
        }
    }

    /** Rounds values in [0, 1], [channels, height, width], to bytes. */
    void load(float[] view, int channels, int height, int width) {
        reshape(channels, height, width);
        for (int c = 0; c < channels; c++) {
            byte[] to = planes[c];
            int at = c * plane;
            for (int i = 0; i < plane; i++) {
                to[i] = (byte) (int) (255f * view[at + i] + 0.5f);
            }
        }
    }

    /** Writes [channels, height, width] as values in [0, 1]. */
    void store(float[] out, int offset) {
        float[] unit = Resizer.UNIT;
        for (int c = 0; c < channels; c++) {
            byte[] from = planes[c];
            int at = offset + c * plane;
            for (int i = 0; i < plane; i++) {
                out[at + i] = unit[from[i] & 255];
            }
        }
    }

    /** Writes what {@link #shift} would leave as values in [0, 1], in one pass. */
    void store(int down, int right, boolean flip, float[] out, int offset) {
        columns(right, flip);
        for (int line = 0; line < channels * height; line++) {
            byte[] from = planes[line / height];
            int row = Padding.REFLECT.index(line % height + down, height) * width;
            storeRow(from, row, sources, out, offset + line * width, width);
        }
    }

    private static void storeRow(byte[] from, int row, int[] columns, float[] out, int at, int n) {
        float[] unit = Resizer.UNIT;
        for (int x = 0; x < n; x++) {
            out[at + x] = unit[from[row + columns[x]] & 255];
        }
    }

    /** Makes the spare planes the picture. */
    void swap() {
        byte[][] made = spare;
        spare = planes;
        planes = made;
    }

    /** Covers a box with one colour. */
    void cover(CropBox box, Fill fill) {
        for (int c = 0; c < channels; c++) {
            byte level = (byte) fill.level(c);
            for (int y = box.top(); y < box.top() + box.height(); y++) {
                int at = y * width + box.left();
                Arrays.fill(planes[c], at, at + box.width(), level);
            }
        }
    }

    /**
     * What {@link PadCropFlip} makes: the window {@code down} and {@code right} of the picture, which is mirrored at its
     * borders; then flipped left and right if asked. Shifts are at most {@code height - 1} and {@code width - 1}.
     */
    void shift(int down, int right, boolean flip) {
        if (down == 0 && right == 0 && !flip) {
            return;
        }
        columns(right, flip);
        int from = Math.max(0, -right); // columns that lie inside
        int inside = width - Math.abs(right);
        for (int line = 0; line < channels * height; line++) {
            byte[] old = planes[line / height];
            byte[] made = spare[line / height];
            int row = Padding.REFLECT.index(line % height + down, height) * width;
            int at = line % height * width;
            if (flip) {
                shiftRow(old, row, made, at, 0, width);
            } else {
                shiftRow(old, row, made, at, 0, from);
                System.arraycopy(old, row + from + right, made, at + from, inside);
                shiftRow(old, row, made, at, from + inside, width);
            }
        }
        swap();
    }

    private void columns(int right, boolean flip) {
        for (int x = 0; x < width; x++) {
            sources[x] = Padding.REFLECT.index((flip ? width - 1 - x : x) + right, width);
        }
    }

    private void shiftRow(byte[] old, int row, byte[] made, int at, int first, int end) {
        for (int x = first; x < end; x++) {
            made[at + x] = old[row + sources[x]];
        }
    }
}
