package io.halflight.augment;

import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link StrongView} for a whole batch, in bytes as there. Where all pictures already have the view's size and channels,
 * its bits are those of the single views. Pictures that are resized first are rounded to bytes, where a value that lies
 * half way between two levels may become the other one; Equalize and AutoContrast can make more of that.
 */
final class StrongBatch {
    static final int HOLE_DRAWS = 4;

    private final StrongView.Config config;
    private final RandAugment augment;
    private final boolean shiftFirst;
    private final float[] draws;
    private final int n;

    /** For views that {@link StrongView#write} wrote. */
    StrongBatch(StrongView.Config config, RandAugment augment, boolean shiftFirst, float[] draws) {
        this.config = config;
        this.augment = augment;
        this.shiftFirst = shiftFirst;
        this.draws = draws;
        this.n = draws.length / draws(config);
    }

    /** A row of draws holds the crop or the place of the centre and the shift, then the hole, then the operations. */
    static int draws(StrongView.Config config) {
        return hole(config) + HOLE_DRAWS + config.augment().ops() * RandAugment.DRAWS;
    }

    /** The place of the hole in a row of draws. */
    static int hole(StrongView.Config config) {
        return config.cropMin() < 1 ? BatchResizer.DRAWS : BatchPadCropFlip.DRAWS;
    }

    /**
     * Makes the views.
     *
     * @param pixels uint8 [n, C, H, W]
     */
    Tensor paint(Tensor pixels) {
        return Tensors.resultOf(() -> {
            Tensor table = Upload.floats(draws, pixels.device(), n, draws(config));
            Tensor x = shown(pixels, table);
            if (config.cropMin() == 1 && shiftFirst) {
                x = BatchMoves.shifted(x, table, BatchPadCropFlip.DOWN);
            }
            OpPlan plan = new OpPlan(augment, draws, n, config.channels(), config.size());
            if (plan.changes()) {
                x = new BatchRandAugment(plan, augment.config.fill()).apply(x);
            }
            if (config.cutout() > 0) {
                BatchCutout.cover(x, BatchCutout.holes(table, hole(config), config.size()), augment.config.fill());
            }
            if (config.cropMin() == 1 && !shiftFirst) {
                x = BatchMoves.shifted(x, table, BatchPadCropFlip.DOWN);
            }
            return BatchTones.unit(x);
        });
    }

    /** The crops or the centres in bytes, [n, channels, size, size]. */
    Tensor shown(Tensor pixels, Tensor table) {
        return Tensors.resultOf(() -> {
            if (isWhole(pixels)) {
                return pixels.clone();
            }
            int size = config.size();
            Filter filter = config.cropMin() < 1 ? Filter.BILINEAR : CentreView.filter(size);
            BatchResizer resizer = new BatchResizer(size, config.channels(), filter);
            Tensor view = config.cropMin() < 1
                    ? resizer.resize(pixels, table)
                    : new BatchPadCropFlip(resizer, size, Padding.REFLECT).centred(pixels, table);
            return view.mul_(new Scalar(255.0)).add_(new Scalar(0.5)).to(ScalarType.Byte);
        });
    }

    /** Whether every view is of a picture of its own size. */
    private boolean isWhole(Tensor pixels) {
        int size = config.size();
        if (config.cropMin() < 1
                || pixels.size(1) != config.channels()
                || pixels.size(2) != size
                || pixels.size(3) != size) {
            return false;
        }
        for (int i = 0; i < n; i++) {
            if (!BatchPadCropFlip.isWhole(draws, i * draws(config), size)) {
                return false;
            }
        }
        return true;
    }
}
