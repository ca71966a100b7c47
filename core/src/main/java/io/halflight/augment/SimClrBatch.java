package io.halflight.augment;

import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** {@link SimClrView} for a whole batch: the same steps in the same order, each on the pictures that it was drawn for. */
final class SimClrBatch {
    private final SimClrView.Config config;
    private final float[] draws;
    private final int n;

    /** For views of these {@link ViewParameters draws}. */
    SimClrBatch(SimClrView.Config config, float[] draws) {
        this.config = config;
        this.draws = draws;
        this.n = draws.length / ViewParameters.DRAWS;
    }

    /**
     * Makes the views.
     *
     * @param pixels uint8 [n, C, H, W]
     */
    Tensor paint(Tensor pixels) {
        return Tensors.resultOf(() -> {
            long size = config.size();
            long channels = config.channels();
            Tensor table = Upload.floats(draws, pixels.device(), n, ViewParameters.DRAWS);
            Tensor x = new BatchResizer(
                            config.size(), config.channels(), config.colour().filter())
                    .resize(pixels, table);
            x = new BatchColour(config.colour(), config.brightness())
                    .jitter(x.view(n, channels, size * size), draws)
                    .view(n, channels, size, size);
            if (channels == 3) {
                x = where(ViewParameters.GREY, x, table, (y, rows) -> grey(y));
            }
            int radius = Blur.radius(config.size());
            if (radius > 0) {
                BatchBlur blur = new BatchBlur(radius, config.colour().blurPadding());
                x = where(
                        ViewParameters.SIGMA,
                        x,
                        table,
                        (y, rows) -> blur.apply(y, BatchResizer.column(rows, ViewParameters.SIGMA)));
            }
            x = where(ViewParameters.SOLARISE, x, table, (y, rows) -> solarised(y));
            if (config.cutout() > 0) {
                cut(x, table);
            }
            return x;
        });
    }

    /**
     * Changes the pictures for which a number above 0 was drawn.
     *
     * @param change given some pictures [m, channels, size, size] and their rows of the table
     * @return x itself, changed, or a tensor in its place
     */
    private Tensor where(int drawn, Tensor x, Tensor table, BinaryOperator<Tensor> change) {
        long[] rows = IntStream.range(0, n)
                .filter(i -> draws[i * ViewParameters.DRAWS + drawn] > 0)
                .asLongStream()
                .toArray();
        if (rows.length == 0) {
            return x;
        }
        if (rows.length == n) {
            return Tensors.resultOf(() -> change.apply(x, table));
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor index = Upload.longs(rows, x.device());
            x.index_copy_(0, index, change.apply(x.index_select(0, index), table.index_select(0, index)));
        }
        return x;
    }

    private static Tensor grey(Tensor x) {
        return BatchColour.luma(x, 1).expand(x.shape()).contiguous();
    }

    private static Tensor solarised(Tensor x) {
        Scalar half = new Scalar(0.5);
        Tensor distance = x.sub(half);
        return torch.rsub(distance.abs_(), half);
    }

    /** As {@link Cutout#paint}, in place. */
    private void cut(Tensor x, Tensor table) {
        try (PointerScope scope = new PointerScope()) {
            Tensor holes = BatchCutout.holes(table, ViewParameters.HOLE, config.size());
            x.masked_fill_(holes, new Scalar(Fill.MIDDLE_GREY.level(0) / 255f));
        }
    }
}
