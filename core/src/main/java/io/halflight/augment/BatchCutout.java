package io.halflight.augment;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** {@link Cutout} for a whole batch. */
final class BatchCutout {
    private BatchCutout() {}

    /**
     * Where boxes lie.
     *
     * @param table [n, columns]
     * @param first of the four columns that hold a {@link CropBox}
     * @return bool [n, 1, size, size]
     */
    static Tensor holes(Tensor table, int first, long size) {
        Tensor pixels = BatchResizer.upTo(size, table).view(1, size, 1);
        Tensor rows = inside(pixels, table, first); // [n, size, 1]
        Tensor columns = inside(pixels, table, first + 1).transpose(1, 2);
        return rows.logical_and(columns).unsqueeze(1);
    }

    private static Tensor inside(Tensor pixels, Tensor table, int first) {
        Tensor from = pixels.sub(BatchResizer.column(table, first));
        return from.ge(new Scalar(0.0)).logical_and(from.lt(BatchResizer.column(table, first + 2)));
    }

    /**
     * Covers pixels with one colour, in place.
     *
     * @param x uint8 [n, channels, ...]
     * @param holes bool [n, 1, ...]
     */
    static void cover(Tensor x, Tensor holes, Fill fill) {
        try (PointerScope scope = new PointerScope()) {
            for (int c = 0; c < x.size(1); c++) {
                x.narrow(1, c, 1).masked_fill_(holes, new Scalar(fill.level(c)));
            }
        }
    }
}
