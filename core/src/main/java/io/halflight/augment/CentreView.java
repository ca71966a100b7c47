package io.halflight.augment;

import io.halflight.data.Picture;
import io.halflight.data.Transform;
import java.util.SplittableRandom;

/**
 * The one view of a picture for evaluation, without chance. Up to 64 pixels a side nothing is cropped but what exceeds
 * a square: the shorter side is resized (bilinear, antialiased) and the centre kept. Above, the central 87.5% of the
 * shorter side is kept and resized (bicubic, antialiased), as in SimCLR's evaluation.
 */
public final class CentreView implements Transform {
    static final int SMALL = 64;
    private static final double KEPT = 0.875;

    private final int size;
    private final int channels;
    final Filter filter;
    private final Resizer resizer;

    /** Views of [channels, size, size]; channels 1 or 3. */
    public CentreView(int size, int channels) {
        this.size = size;
        this.channels = channels;
        this.filter = filter(size);
        this.resizer = new Resizer(size, channels, filter);
    }

    /** How pictures are resized to views of this size. */
    static Filter filter(int size) {
        return size <= SMALL ? Filter.BILINEAR : Filter.BICUBIC;
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public int height() {
        return size;
    }

    @Override
    public int width() {
        return size;
    }

    @Override
    public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
        show(picture, out, offset);
    }

    /** The view in bytes. Small pictures of the view's shape, the usual case, are copied. */
    void show(Picture picture, Canvas canvas) {
        if (isWhole(picture)) {
            canvas.load(picture);
        } else {
            float[] view = Scratch.local().view(channels * size * size);
            show(picture, view, 0);
            canvas.load(view, channels, size, size);
        }
    }

    /** Whether the view is the picture itself. */
    boolean isWhole(Picture picture) {
        return size <= SMALL && picture.channels() == channels && picture.height() == size && picture.width() == size;
    }

    void show(Picture picture, float[] out, int offset) {
        int height = picture.height();
        int width = picture.width();
        if (size > SMALL) {
            resizer.resize(picture, CropBox.centreSquare(height, width, KEPT), false, out, offset);
        } else if (height == width) {
            resizer.resize(picture, new CropBox(0, 0, height, width), false, out, offset);
        } else {
            CropBox whole = new CropBox(0, 0, height, width);
            resizer.resize(picture, whole, centred(width, height), centred(height, width), out, offset);
        }
    }

    /**
     * The part of one axis that is shown, for {@link BatchPadCropFlip}.
     *
     * @param first pixel
     * @param length in pixels
     * @param scale source pixels to a pixel of the view
     * @param offset of the view's first pixel in those that the part is resized to
     */
    record Axis(int first, int length, float scale, int offset) {}

    /** That of an axis of a picture with this other one. */
    Axis axis(int axis, int other) {
        if (size > SMALL) {
            CropBox square = CropBox.centreSquare(axis, other, KEPT);
            return new Axis(square.top(), square.height(), square.height() / (float) size, 0);
        }
        int resized = resized(axis, other);
        return new Axis(0, axis, axis / (float) resized, offset(resized));
    }

    /**
     * The central {@code size} pixels of an axis that is resized by as much as brings the shorter one to {@code size}.
     */
    private Taps centred(int axis, int other) {
        int resized = resized(axis, other);
        return Taps.of(filter, axis, resized).slice(offset(resized), size);
    }

    private int resized(int axis, int other) {
        return axis <= other ? size : (int) ((long) size * axis / other);
    }

    private int offset(int resized) {
        return (int) Math.rint((resized - size) / 2.0);
    }
}
