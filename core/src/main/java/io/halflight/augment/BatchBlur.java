package io.halflight.augment;

import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * {@link Blur} for a whole batch: a banded matrix [size, size] for each picture, from both sides. What lies beyond an edge
 * is in the matrix too: a mirrored pixel adds its weight to that of the pixel which it repeats.
 */
final class BatchBlur {
    private final int radius;
    private final Padding padding;

    BatchBlur(int radius, Padding padding) {
        this.radius = radius;
        this.padding = padding;
    }

    /**
     * Blurs.
     *
     * @param x [n, c, size, size], contiguous
     * @param sigma in pixels, above 0, [n, 1, 1]
     */
    Tensor apply(Tensor x, Tensor sigma) {
        return Tensors.resultOf(() -> {
            long n = x.size(0);
            long c = x.size(1);
            long size = x.size(2);
            Tensor kernels = Tensors.resultOf(() -> kernels(sigma, size));
            Tensor across = x.view(n, c * size, size).bmm(kernels.transpose(1, 2)); // [n, c * size, size]
            Tensor y = kernels.unsqueeze(1).matmul(across.view(n, c, size, size)); // [n, c, size, size]
            y.clamp_(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
            return y;
        });
    }

    private Tensor kernels(Tensor sigma, long size) {
        Tensor factor = sigma.square().mul_(new Scalar(-2.0)).reciprocal_(); // [n, 1, 1]
        Tensor row = BatchResizer.upTo(size, sigma).view(size, 1);
        Tensor column = row.view(1, size);
        Tensor kernels = bell(row.sub(column), factor); // [n, size, size]
        if (padding == Padding.REFLECT) {
            // Pixel j stands for -j and 2 (size - 1) - j too, but for the outermost ones, which are not repeated.
            Scalar far = new Scalar(radius + 1.0);
            Tensor before = row.add(column);
            Tensor after = before.sub(new Scalar(2.0 * (size - 1)));
            before.narrow(1, 0, 1).fill_(far);
            after.narrow(1, size - 1, 1).fill_(far);
            kernels.add_(bell(before, factor)).add_(bell(after, factor));
        }
        Tensor whole = BatchResizer.upTo(2 * radius + 1, sigma).sub_(new Scalar((double) radius));
        Tensor sum = bell(whole.view(1, 2 * radius + 1), factor).sum(new long[] {2}, true, new ScalarTypeOptional());
        return kernels.div(sum);
    }

    /** exp(-d^2 / 2 sigma^2), 0 beyond the radius. */
    private Tensor bell(Tensor distance, Tensor factor) {
        Tensor square = distance.square();
        square.masked_fill_(square.gt(new Scalar((double) radius * radius)), new Scalar(Double.POSITIVE_INFINITY));
        return square.mul(factor).exp_();
    }
}
