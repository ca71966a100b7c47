package io.halflight.augment;

import java.util.Arrays;

/**
 * The weighted source pixels behind each pixel of one resized axis. Every output pixel has the same number of taps, so
 * that the loops over them have no branches: output i is the sum over k of {@code weights[i * count + k] *
 * source[start[i] + k]}.
 */
final class Taps {
    final int count;
    final int[] start;
    final float[] weights;

    /**
     * Whether a weighted sum of values in [0, 1] may leave that range. Two weights, none negative, rounded from a sum
     * of 1, cannot: their products sum to less than 1 + 2^-24, which rounds to 1.
     */
    final boolean overshoots;

    private Taps(int count, int[] start, float[] weights) {
        this.count = count;
        this.start = start;
        this.weights = weights;
        boolean negative = false;
        for (float weight : weights) {
            negative |= weight < 0;
        }
        this.overshoots = count > 2 || negative;
    }

    /**
     * Resizes an axis of {@code in} pixels to {@code out}; weights reaching past an edge are dropped, the rest
     * rescaled.
     */
    static Taps of(Filter filter, int in, int out) {
        double scale = in / (double) out;
        double stretch = filter.antialias ? Math.max(1, scale) : 1;
        double support = filter.radius * stretch;
        int[] first = new int[out];
        int[] last = new int[out];
        int count = 1;
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            first[i] = Math.max(0, (int) (centre - support + 0.5));
            last[i] = Math.min(in, (int) (centre + support + 0.5));
            count = Math.max(count, last[i] - first[i]);
        }
        int[] start = new int[out];
        float[] weights = new float[out * count];
        double[] row = new double[count];
        for (int i = 0; i < out; i++) {
            double centre = (i + 0.5) * scale;
            start[i] = Math.min(first[i], in - count);
            double sum = 0;
            for (int k = 0; k < count; k++) {
                int source = start[i] + k;
                row[k] = source < first[i] || source >= last[i] ? 0 : filter.at((source + 0.5 - centre) / stretch);
                sum += row[k];
            }
            for (int k = 0; k < count; k++) {
                weights[i * count + k] = (float) (row[k] / sum);
            }
        }
        return new Taps(count, start, weights);
    }

    /** The same taps with the output read from its far end: a mirrored picture at no further cost. */
    Taps mirrored() {
        int out = start.length;
        int[] starts = new int[out];
        float[] w = new float[weights.length];
        for (int i = 0; i < out; i++) {
            starts[i] = start[out - 1 - i];
            System.arraycopy(weights, (out - 1 - i) * count, w, i * count, count);
        }
        return new Taps(count, starts, w);
    }

    /** Only {@code length} output pixels, from {@code from} on. */
    Taps slice(int from, int length) {
        return new Taps(
                count,
                Arrays.copyOfRange(start, from, from + length),
                Arrays.copyOfRange(weights, from * count, (from + length) * count));
    }
}
