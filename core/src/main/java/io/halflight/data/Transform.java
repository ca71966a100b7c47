package io.halflight.data;

import java.util.SplittableRandom;

/** Turns a picture into one view of fixed shape, values in [0, 1]. Implementations are immutable and thread-safe. */
public interface Transform {
    /** Channels of the view: 1 or 3. */
    int channels();

    /** Rows of the view. */
    int height();

    /** Columns of the view. */
    int width();

    /**
     * Writes one view, planar [C, H, W], to {@code out[offset .. offset + channels * height * width)}.
     *
     * @param random the only source of chance; seeded by the caller from (seed, stream, epoch, index, view)
     */
    void apply(Picture picture, SplittableRandom random, float[] out, int offset);
}
