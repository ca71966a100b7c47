package io.halflight.torch;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The transforms of {@link Winograd} for lines of tiles, by one thread. Loops go along a whole line, and each operand is an
 * array of its own: else Java's compiler makes no vector instructions of them, and they take three times as long.
 */
final class WinogradLine {
    /** The side of a tile of results. */
    static final int TILE = 4;

    /** The side of what a tile depends on, and of its transform. */
    static final int SEEN = TILE + 2;

    private final int height;
    private final int width;
    private final int in;
    private final int out;
    private final int tiles;
    private final float[] bias; // [tiles, out]
    private final float[] none; // what is added between the two halves of the way back

    private final float[] read; // [width, in]
    private final float[][][] rows; // [column in a tile][row], each [tiles, in]
    private final float[][][] half; // [column in a tile][row of the transform]
    private final float[] before; // the last column of the tile to the left
    private final float[] behind; // the first column of the tile to the right
    private final float[][] planes; // [column of the transform]
    private final float[][] operands = new float[SEEN][];

    private final float[][][] products; // [column][row], each [tiles, out]
    private final float[][][] mixed; // [column][row in a tile]
    private final float[][] columns;
    private final float[] written; // [width, out]
    private final float[] other; // what is added to it

    /**
     * For pictures of one size.
     *
     * @param bias for each channel of the result
     */
    WinogradLine(int height, int width, int in, float[] bias) {
        this.height = height;
        this.width = width;
        this.in = in;
        out = bias.length;
        tiles = (width + TILE - 1) / TILE;
        this.bias = new float[tiles * out];
        for (int t = 0; t < tiles; t++) {
            System.arraycopy(bias, 0, this.bias, t * out, out);
        }
        none = new float[tiles * out];
        read = new float[width * in];
        rows = new float[TILE][SEEN][tiles * in]; // columns beyond the picture stay 0
        half = new float[TILE][SEEN][tiles * in];
        before = new float[tiles * in];
        behind = new float[tiles * in];
        planes = new float[SEEN][tiles * in];
        products = new float[SEEN][SEEN][tiles * out];
        mixed = new float[SEEN][TILE][tiles * out];
        columns = new float[TILE][tiles * out];
        written = new float[width * out];
        other = new float[width * out];
    }

    /**
     * B^T d B of each tile and channel.
     *
     * @param x pictures [H, W, in]
     * @param from where the picture begins
     * @param line of its tiles
     * @param follows whether the line above, of the same picture, was the last one that this did
     * @param to 36 planes [tiles, in], the first at {@code at} and {@code stride} values from each to the next
     */
    void transform(FloatBuffer x, int from, int line, boolean follows, FloatBuffer to, int at, int stride) {
        load(x, from, line, follows);
        int n = tiles * in;
        for (int j = 0; j < TILE; j++) {
            forward(rows[j], half[j], n);
        }
        for (int i = 0; i < SEEN; i++) {
            System.arraycopy(half[TILE - 1][i], 0, before, in, n - in);
            System.arraycopy(half[0][i], in, behind, 0, n - in);
            operands[0] = before;
            for (int j = 0; j < TILE; j++) {
                operands[1 + j] = half[j][i];
            }
            operands[SEEN - 1] = behind;
            forward(operands, planes, n);
            for (int j = 0; j < SEEN; j++) {
                to.put(at + (i * SEEN + j) * stride, planes[j], 0, n);
            }
        }
    }

    /** The six rows that a line depends on, sorted by the column in a tile; two of them are those of the line above. */
    private void load(FloatBuffer x, int from, int line, boolean follows) {
        int first = follows ? 2 : 0;
        for (float[][] column : rows) {
            for (int r = 0; r < first; r++) {
                float[] old = column[r];
                column[r] = column[TILE + r];
                column[TILE + r] = old;
            }
        }
        for (int r = first; r < SEEN; r++) {
            int y = line * TILE - 1 + r;
            if (y < 0 || y >= height) {
                for (float[][] column : rows) {
                    Arrays.fill(column[r], 0);
                }
                continue;
            }
            x.get(from + y * width * in, read, 0, width * in);
            for (int w = 0; w < width; w++) {
                System.arraycopy(read, w * in, rows[w % TILE][r], w / TILE * in, in);
            }
        }
    }

    /**
     * A^T m A, the bias, and what else there is.
     *
     * @param from 36 planes [tiles, out], the first at {@code at} and {@code stride} values from each to the next
     * @param plus pictures to add, as y; null for none
     * @param relu whether negative values become 0 in the end
     * @param y pictures [H, W, out]
     * @param to where the picture begins
     * @param line of its tiles
     */
    void restore(
            FloatBuffer from,
            int at,
            int stride,
            @Nullable FloatBuffer plus,
            boolean relu,
            FloatBuffer y,
            int to,
            int line) {
        int n = tiles * out;
        for (int j = 0; j < SEEN; j++) {
            for (int i = 0; i < SEEN; i++) {
                from.get(at + (i * SEEN + j) * stride, products[j][i], 0, n);
            }
            backward(products[j], none, mixed[j], n);
        }
        for (int i = 0; i < Math.min(TILE, height - line * TILE); i++) {
            for (int j = 0; j < SEEN; j++) {
                operands[j] = mixed[j][i];
            }
            backward(operands, bias, columns, n);
            for (int w = 0; w < width; w++) {
                System.arraycopy(columns[w % TILE], w / TILE * out, written, w * out, out);
            }
            int place = to + (line * TILE + i) * width * out;
            if (plus != null) {
                plus.get(place, other, 0, width * out);
                add(other, written);
            }
            if (relu) {
                rectify(written);
            }
            y.put(place, written, 0, width * out);
        }
    }

    private static void add(float[] x, float[] to) {
        for (int k = 0; k < x.length; k++) {
            to[k] += x[k];
        }
    }

    private static void rectify(float[] x) {
        for (int k = 0; k < x.length; k++) {
            x[k] = Math.max(0f, x[k]);
        }
    }

    /** B^T d. */
    private static void forward(float[][] d, float[][] t, int n) {
        float[] d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4], d5 = d[5];
        float[] t0 = t[0], t1 = t[1], t2 = t[2], t3 = t[3], t4 = t[4], t5 = t[5];
        for (int k = 0; k < n; k++) {
            t0[k] = 4 * d0[k] - 5 * d2[k] + d4[k];
        }
        for (int k = 0; k < n; k++) {
            t1[k] = d4[k] + d3[k] - 4 * (d2[k] + d1[k]);
        }
        for (int k = 0; k < n; k++) {
            t2[k] = d4[k] - d3[k] - 4 * (d2[k] - d1[k]);
        }
        for (int k = 0; k < n; k++) {
            t3[k] = d4[k] - d2[k] + 2 * (d3[k] - d1[k]);
        }
        for (int k = 0; k < n; k++) {
            t4[k] = d4[k] - d2[k] - 2 * (d3[k] - d1[k]);
        }
        for (int k = 0; k < n; k++) {
            t5[k] = 4 * d1[k] - 5 * d3[k] + d5[k];
        }
    }

    /** A^T m and something to add. */
    private static void backward(float[][] m, float[] plus, float[][] y, int n) {
        float[] m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3], m4 = m[4], m5 = m[5];
        float[] y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3];
        for (int k = 0; k < n; k++) {
            y0[k] = m0[k] + m1[k] + m2[k] + m3[k] + m4[k] + plus[k];
        }
        for (int k = 0; k < n; k++) {
            y1[k] = m1[k] - m2[k] + 2 * (m3[k] - m4[k]) + plus[k];
        }
        for (int k = 0; k < n; k++) {
            y2[k] = m1[k] + m2[k] + 4 * (m3[k] + m4[k]) + plus[k];
        }
        for (int k = 0; k < n; k++) {
            y3[k] = m1[k] - m2[k] + 8 * (m3[k] - m4[k]) + m5[k] + plus[k];
        }
    }
}
