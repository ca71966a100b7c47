package io.halflight.augment;

import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * {@link PadCropFlip} for a whole batch. Shift, border and flip only say which pixel of the centred view an output shows,
 * so they move the places at which {@link BatchResizer} reads, and cost nothing beside it.
 */
final class BatchPadCropFlip {
    // Places in a row of draws: first, length, scale and offset of both axes, then what chance decides.
    private static final int ACROSS = 4;
    static final int DOWN = 8;
    static final int RIGHT = 9;
    static final int FLIP = 10;
    static final int DRAWS = 11;

    private final BatchResizer resizer;
    private final int size;
    private final Padding padding;

    BatchPadCropFlip(BatchResizer resizer, int size, Padding padding) {
        this.resizer = resizer;
        this.size = size;
        this.padding = padding;
    }

    static void write(PadCropFlip.Draw draw, CentreView.Axis down, CentreView.Axis across, float[] out, int offset) {
        write(down, out, offset);
        write(across, out, offset + ACROSS);
        out[offset + DOWN] = draw.down();
        out[offset + RIGHT] = draw.right();
        out[offset + FLIP] = draw.flip() ? 1 : 0;
    }

    private static void write(CentreView.Axis axis, float[] out, int offset) {
        out[offset] = axis.first();
        out[offset + 1] = axis.length();
        out[offset + 2] = axis.scale();
        out[offset + 3] = axis.offset();
    }

    /** Makes the views of uint8 pixels [n, C, H, W]. */
    Tensor paint(Tensor pixels, float[] draws) {
        return Tensors.resultOf(() -> {
            Tensor table = Upload.floats(draws, pixels.device(), pixels.size(0), DRAWS);
            Tensor outputs = BatchResizer.upTo(size, table).view(1, size, 1);
            Tensor turned = outputs.lerp(torch.rsub(outputs, last()), BatchResizer.column(table, FLIP));
            Tensor down = taps(outputs.add(BatchResizer.column(table, DOWN)), table, 0, pixels.size(2));
            Tensor across = taps(turned.add(BatchResizer.column(table, RIGHT)), table, ACROSS, pixels.size(3));
            return resizer.product(down, pixels, across);
        });
    }

    /**
     * The centred views alone.
     *
     * @param pixels uint8 [n, C, H, W]
     * @param draws [n, at least {@link #DRAWS}] on the same device
     */
    Tensor centred(Tensor pixels, Tensor draws) {
        return Tensors.resultOf(() -> {
            Tensor outputs = BatchResizer.upTo(size, draws).view(1, size, 1);
            Tensor down = taps(outputs, draws, 0, pixels.size(2));
            return resizer.product(down, pixels, taps(outputs, draws, ACROSS, pixels.size(3)));
        });
    }

    /** Whether a row of draws shows a picture of this size as it is. */
    static boolean isWhole(float[] draws, int row, int size) {
        return draws[row + 1] == size && draws[row + ACROSS + 1] == size;
    }

    private Scalar last() {
        return new Scalar(size - 1.0);
    }

    /** The taps of the centred view's pixels at indices [n, size, 1], which may lie outside of it. */
    private Tensor taps(Tensor indices, Tensor table, int axis, long pixels) {
        Tensor inside = torch.rsub(torch.rsub(indices.abs(), last()).abs_(), last()); // mirrored at both ends
        Tensor places = inside.add(BatchResizer.column(table, axis + 3)).add_(new Scalar(0.5));
        Tensor taps = resizer.taps(
                places,
                BatchResizer.column(table, axis),
                BatchResizer.column(table, axis + 1),
                BatchResizer.column(table, axis + 2),
                pixels);
        return padding == Padding.REFLECT ? taps : taps.mul(inside.eq(indices));
    }
}
