package io.halflight.augment;

import io.halflight.data.Picture;
import io.halflight.data.Transform;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One of five views of a picture, without chance: a square of 87.5 % of the shorter side, in the middle or in a corner,
 * resized (bilinear, antialiased). Five such crops are what S4L lets its first network answer before a second one learns from
 * the answers (arXiv:1905.03670, section 7).
 */
public final class PlacedCrop implements Transform {
    private static final double KEPT = 0.875;

    private final int size;
    private final int channels;
    private final double down; // share of the room above the square
    private final double right;
    private final Resizer resizer;

    private PlacedCrop(int size, int channels, double down, double right) {
        this.size = size;
        this.channels = channels;
        this.down = down;
        this.right = right;
        this.resizer = new Resizer(size, channels, Filter.BILINEAR);
    }

    /** The middle and the four corners, as views of [channels, size, size]; channels 1 or 3. */
    public static List<Transform> five(int size, int channels) {
        return List.of(
                new PlacedCrop(size, channels, 0.5, 0.5),
                new PlacedCrop(size, channels, 0, 0),
                new PlacedCrop(size, channels, 0, 1),
                new PlacedCrop(size, channels, 1, 0),
                new PlacedCrop(size, channels, 1, 1));
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
        int side = CropBox.centreSquare(picture.height(), picture.width(), KEPT).height();
        int top = (int) (down * (picture.height() - side));
        int left = (int) (right * (picture.width() - side));
        resizer.resize(picture, new CropBox(top, left, side, side), false, out, offset);
    }
}
