package io.halflight.augment;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link Tones} for a whole batch of bytes, with the same arithmetic to the last bit. What maps level to level becomes a
 * table of 256 bytes for each picture and channel; tables of a batch are applied together. Floats hold whole numbers below
 * 2^24 exactly, so sums in them do not depend on their order, nor on whether a multiplication is fused with an addition.
 * Blends are not whole: there, product and sum are operations of their own, and round as in Java.
 */
final class BatchTones {
    private BatchTones() {}

    /**
     * Maps levels, in place.
     *
     * @param x uint8 [n, channels, size, size]
     * @param tables uint8 [n, channels, 256]
     */
    static void map(Tensor x, Tensor tables) {
        try (PointerScope scope = new PointerScope()) {
            long planes = x.size(0) * x.size(1);
            Tensor places = x.view(planes, -1).to(ScalarType.Int); // half the memory of the places that gather takes
            places.add_(BatchResizer.upTo(planes, places).view(planes, 1).mul_(new Scalar(256L)));
            x.view(-1).copy_(tables.view(-1).index_select(0, places.view(-1)));
        }
    }

    /**
     * The tables of Contrast around each picture's own mean, which is rounded.
     *
     * @param factor float32 [n, 1, 1]
     */
    static Tensor contrast(Tensor x, Tensor factor) {
        long n = x.size(0);
        long pixels = x.size(2) * x.size(3);
        Tensor grey = x.size(1) == 3 ? luma(x.to(ScalarType.Float)).to(ScalarType.Byte) : x;
        Tensor sum = grey.sum(new long[] {1, 2, 3}, true, new ScalarTypeOptional()); // int64 [n, 1, 1, 1]
        Tensor mean = sum.mul_(new Scalar(2L)).add_(new Scalar(pixels)).floor_divide(new Scalar(2 * pixels));
        Tensor table = blend(
                mean.to(ScalarType.Float).view(n, 1, 1),
                BatchResizer.upTo(256, factor).view(1, 1, 256),
                factor);
        return bytes(table).expand(n, x.size(1), 256);
    }

    /** The tables of AutoContrast, in double as in Java. */
    static Tensor autoContrast(Tensor x) {
        long[] plane = {2, 3};
        Tensor low = x.amin(plane, true).to(ScalarType.Double).squeeze(3); // [n, channels, 1]
        Tensor range = x.amax(plane, true).to(ScalarType.Double).squeeze(3).sub_(low);
        Tensor scale = constant(255, range).div(range);
        Tensor levels = BatchResizer.upTo(256, range).view(1, 1, 256);
        Tensor table = levels.mul(scale).add_(low.neg().mul_(scale));
        return bytes(torch.where(range.gt(new Scalar(0.0)), table, levels));
    }

    /** The tables of Equalize, in whole numbers: {@link Tones#equalize} rounds down the same quotients. */
    static Tensor equalize(Tensor x) {
        long planes = x.size(0) * x.size(1);
        Tensor places = x.view(planes, -1).to(ScalarType.Long);
        Tensor counts = places.new_zeros(planes, 256)
                .scatter_add_(1, places, places.new_ones(1, 1).expand(places.shape()));
        Tensor highest = places.amax(new long[] {1}, true);
        Tensor step = torch.rsub(counts.gather(1, highest), new Scalar(places.size(1)))
                .floor_divide(new Scalar(255L));
        Tensor below = counts.cumsum(1).sub_(counts); // pixels that are darker
        Tensor table = below.add_(step.floor_divide(new Scalar(2L))).floor_divide(step.clamp_min(new Scalar(1L)));
        Tensor levels = BatchResizer.upTo(256, places).view(1, 256);
        return bytes(torch.where(step.gt(new Scalar(0L)), table, levels)).view(x.size(0), x.size(1), 256);
    }

    /**
     * As {@link Tones#color}, in place.
     *
     * @param x uint8 [n, 3, size, size]
     * @param factor float32 [n, 1, 1]
     */
    static void color(Tensor x, Tensor factor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor levels = x.to(ScalarType.Float);
            x.copy_(cut(blend(luma(levels), levels, factor.unsqueeze(3))));
        }
    }

    /** As {@link Tones#sharpness}, in place. */
    static void sharpness(Tensor x, Tensor factor) {
        long inner = x.size(2) - 2;
        if (inner < 1) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor levels = x.to(ScalarType.Float);
            Tensor own = levels.narrow(2, 1, inner).narrow(3, 1, inner);
            Tensor sum = three(three(levels, 2), 3).add_(own, new Scalar(4.0));
            // No sum is half way between two multiples of 13, but a 26th of one at the least: far from any rounding
            Tensor smooth = sum.mul_(new Scalar(1 / 13.0)).add_(new Scalar(0.5)).floor_();
            x.narrow(2, 1, inner).narrow(3, 1, inner).copy_(cut(blend(smooth, own, factor.unsqueeze(3))));
        }
    }

    /** The sum of each three neighbours along an axis. */
    private static Tensor three(Tensor x, int axis) {
        long inner = x.size(axis) - 2;
        return x.narrow(axis, 0, inner).add(x.narrow(axis, 1, inner)).add_(x.narrow(axis, 2, inner));
    }

    /** As the private one of {@link Tones}, of whole levels in float32 [n, 3, ...]: at most 65536 * 255.5, below 2^24. */
    private static Tensor luma(Tensor x) {
        Tensor sum = x.narrow(1, 0, 1).mul(new Scalar(19595.0));
        sum.add_(x.narrow(1, 1, 1), new Scalar(38470.0));
        sum.add_(x.narrow(1, 2, 1), new Scalar(7471.0));
        return sum.add_(new Scalar(32768.0)).mul_(new Scalar(1 / 65536.0)).floor_();
    }

    private static Tensor blend(Tensor from, Tensor to, Tensor factor) {
        return to.sub(from).mul(factor).add_(from);
    }

    private static Tensor bytes(Tensor levels) {
        return cut(levels).to(ScalarType.Byte);
    }

    /** Levels cut to those of a byte, in place; becoming bytes they lose their fractions. */
    private static Tensor cut(Tensor levels) {
        return levels.clamp_(new ScalarOptional(new Scalar(0L)), new ScalarOptional(new Scalar(255L)));
    }

    /** Values from 0 to 1, as {@link Canvas#store}. */
    static Tensor unit(Tensor x) {
        Tensor levels = x.to(ScalarType.Float);
        return levels.div_(constant(255, levels));
    }

    /** A tensor to divide by or from: CUDA divides by a number as it multiplies by its reciprocal, which rounds twice. */
    private static Tensor constant(double value, Tensor like) {
        return like.new_full(new long[] {1}, new Scalar(value));
    }
}
