package io.halflight.augment;

/** The grey that the operation Contrast blends with. */
public enum ContrastMean {
    /** The picture's mean grey level, as every text says and Pillow does. */
    PAPER {
        @Override
        int of(Canvas canvas) {
            return Tones.mean(canvas);
        }
    },
    /**
     * A 256th of the number of pixels, at most 255, whatever they show: 4 at 32 pixels a side, 196 at 224. The published
     * code of Noisy Student takes the mean of the histogram's bins for the mean of the levels.
     */
    CODE {
        @Override
        int of(Canvas canvas) {
            return code(canvas.plane);
        }
    };

    /** That of the code, for pictures of so many pixels. */
    static int code(int pixels) {
        return Math.min(255, pixels / 256);
    }

    abstract int of(Canvas canvas);
}
