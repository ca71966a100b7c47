package io.halflight.augment;

/**
 * Weighted sums of rows, the inner loops of resizing and blurring. All arrays are read and written at the same index,
 * so HotSpot vectorises each loop; the result must be another array than the operands.
 */
final class Rows {
    private Rows() {}

    /** {@code out[i] = sum over k of weights[at + k] * rows[(first + k) % count][i]}. */
    static void mix(float[][] rows, int first, float[] weights, int at, int count, float[] out, int n) {
        switch (count) {
            case 1 -> one(rows[0], weights[at], out, n);
            case 2 -> two(rows[first % 2], rows[(first + 1) % 2], weights[at], weights[at + 1], out, n);
            default -> {
                one(rows[first % count], weights[at], out, n);
                int k = 1;
                for (; k + 1 < count; k += 2) {
                    float[] a = rows[(first + k) % count];
                    float[] b = rows[(first + k + 1) % count];
                    addTwo(a, b, weights[at + k], weights[at + k + 1], out, n);
                }
                if (k < count) {
                    addOne(rows[(first + k) % count], weights[at + k], out, n);
                }
            }
        }
    }

    static void one(float[] a, float wa, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = wa * a[i];
        }
    }

    private static void two(float[] a, float[] b, float wa, float wb, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = wa * a[i] + wb * b[i];
        }
    }

    private static void addOne(float[] a, float wa, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += wa * a[i];
        }
    }

    private static void addTwo(float[] a, float[] b, float wa, float wb, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += wa * a[i] + wb * b[i];
        }
    }

    /** Adds {@code w * (a + b)}: one pair of a symmetric kernel. */
    static void addPair(float[] a, float[] b, float w, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += w * (a[i] + b[i]);
        }
    }

    /** Adds {@code w * (a + b) + v * (c + d)}: two pairs of a symmetric kernel. */
    static void addPairs(float[] a, float[] b, float w, float[] c, float[] d, float v, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += w * (a[i] + b[i]) + v * (c[i] + d[i]);
        }
    }

    static void clip(float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(0f, Math.min(1f, out[i]));
        }
    }
}
