package io.halflight.augment;

import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@link Moves} and {@link Canvas#shift} for a whole batch of bytes: they only say which pixel each pixel shows. */
final class BatchMoves {
    private BatchMoves() {}

    /**
     * Moves the pixels of each picture, in place. Coordinates are int32, which holds them up to 10,000 pixels a side; only
     * the place that they lead to is int64, 8 bytes for each pixel of these pictures whatever their channels.
     *
     * @param x uint8 [n, channels, size, size]
     * @param steps int32 [n, 6], see {@link Moves#steps}
     */
    static void move(Tensor x, Tensor steps, Fill fill) {
        try (PointerScope scope = new PointerScope()) {
            long n = x.size(0);
            long channels = x.size(1);
            long size = x.size(2);
            Tensor columns = BatchResizer.upTo(size, steps);
            Tensor lines = columns.view(1, size, 1);
            Tensor across = coordinate(steps, 0, columns, lines); // [n, size, size]
            Tensor down = coordinate(steps, 3, columns, lines);
            Tensor column = inside(across, size);
            Tensor line = inside(down, size);
            Tensor outside = column.ne(across).logical_or(line.ne(down)).view(n, 1, size * size);
            Tensor source = line.mul_(new Scalar(size))
                    .add_(column)
                    .view(n, 1, size * size)
                    .to(ScalarType.Long)
                    .expand(n, channels, size * size);
            Tensor planes = x.view(n, channels, size * size);
            Tensor moved = planes.gather(2, source);
            BatchCutout.cover(moved, outside, fill);
            planes.copy_(moved);
        }
    }

    private static Tensor coordinate(Tensor steps, int first, Tensor columns, Tensor lines) {
        Tensor start = lines.mul(BatchResizer.column(steps, first + 2)).add_(BatchResizer.column(steps, first));
        return columns.mul(BatchResizer.column(steps, first + 1)).add(start).bitwise_right_shift_(new Scalar(16L));
    }

    private static Tensor inside(Tensor coordinate, long size) {
        return coordinate.clamp(new ScalarOptional(new Scalar(0L)), new ScalarOptional(new Scalar(size - 1)));
    }

    /**
     * Shifts with mirrored borders, then flips, as {@link Canvas#shift}.
     *
     * @param x uint8 [n, channels, size, size]
     * @param table [n, columns] on the same device
     * @param down the column of the shift down, followed by those of the shift to the right and of the flip
     */
    static Tensor shifted(Tensor x, Tensor table, int down) {
        return Tensors.resultOf(() -> {
            long size = x.size(2);
            Scalar last = new Scalar(size - 1.0);
            Tensor places = BatchResizer.upTo(size, table).view(1, size, 1);
            Tensor turned = places.lerp(torch.rsub(places, last), BatchResizer.column(table, down + 2));
            Tensor rows = mirrored(places.add(BatchResizer.column(table, down)), last); // [n, size, 1]
            Tensor columns = mirrored(turned.add(BatchResizer.column(table, down + 1)), last);
            return x.gather(2, rows.unsqueeze(1).expand(x.shape()))
                    .gather(3, columns.transpose(1, 2).unsqueeze(1).expand(x.shape()));
        });
    }

    private static Tensor mirrored(Tensor places, Scalar last) {
        return torch.rsub(torch.rsub(places.abs(), last).abs_(), last).to(ScalarType.Long);
    }
}
