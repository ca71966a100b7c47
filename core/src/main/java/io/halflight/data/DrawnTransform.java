package io.halflight.data;

import java.util.SplittableRandom;

/**
 * A transform whose chance can be drawn apart from its pixels: where a device makes the views of a whole batch, the loader
 * draws the numbers and leaves the picture as it is.
 */
public interface DrawnTransform extends Transform {
    /** How many numbers one view is drawn with. */
    int draws();

    /**
     * Writes to {@code out[offset .. offset + draws())} all that {@link #apply} would draw from the same source.
     *
     * @param height rows of the picture
     * @param width columns of the picture
     */
    void draw(SplittableRandom random, int height, int width, float[] out, int offset);
}
