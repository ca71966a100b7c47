package io.halflight.augment;

import static java.util.Objects.requireNonNull;

import io.halflight.data.Picture;
import io.halflight.data.Transform;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Cutout (arXiv 1708.04552): covers a square of a view with one colour. Its centre is a pixel drawn uniformly, so the
 * square may reach beyond the border and lose up to three quarters of its area there. Put around another view it is the
 * last step of that view.
 *
 * <p>The square of side s around pixel i covers i - floor(s / 2) and the s - 1 pixels after it, as in the code of UDA
 * (arXiv 1904.12848) and Noisy Student (arXiv 1911.04252).
 */
public final class Cutout implements Transform {
    private final Transform view;
    private final int side;
    private final Fill fill;

    /**
     * @param view a view of any height and width
     * @param side of the square in pixels, 0 for none; 16 for CIFAR's 32
     * @param fill the colour of the square
     */
    public Cutout(Transform view, int side, Fill fill) {
        if (side < 0) {
            throw new IllegalArgumentException("the side of a cutout is at least 0 pixels, got " + side);
        }
        this.view = requireNonNull(view, "view");
        this.side = side;
        this.fill = requireNonNull(fill, "fill");
    }

    @Override
    public int channels() {
        return view.channels();
    }

    @Override
    public int height() {
        return view.height();
    }

    @Override
    public int width() {
        return view.width();
    }

    @Override
    public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
        view.apply(picture, random, out, offset);
        paint(draw(random, height(), width(), side), out, offset, height(), width(), channels(), fill);
    }

    /** The side in pixels that is a share of a view's, rounded: 0.5 of 28 is 14. */
    static int side(double share, int size) {
        return (int) Math.rint(share * size);
    }

    /** Draws the part of a square that lies inside a view. */
    static CropBox draw(SplittableRandom random, int height, int width, int side) {
        int top = random.nextInt(height) - side / 2;
        int left = random.nextInt(width) - side / 2;
        int firstRow = Math.max(0, top);
        int firstColumn = Math.max(0, left);
        return new CropBox(
                firstRow,
                firstColumn,
                Math.min(height, top + side) - firstRow,
                Math.min(width, left + side) - firstColumn);
    }

    /** Covers the box in a view [channels, height, width] of values in [0, 1]. */
    static void paint(CropBox box, float[] view, int offset, int height, int width, int channels, Fill fill) {
        for (int c = 0; c < channels; c++) {
            float value = fill.level(c) / 255f;
            for (int y = box.top(); y < box.top() + box.height(); y++) {
                int at = offset + (c * height + y) * width + box.left();
                Arrays.fill(view, at, at + box.width(), value);
            }
        }
    }
}
