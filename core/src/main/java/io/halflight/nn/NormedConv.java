package io.halflight.nn;

import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A convolution and the batch normalisation behind it, which are one convolution while a {@link Folding} is in force and nothing
 * learns. It is no module: both parts stay registered where they were.
 */
public final class NormedConv implements Layer {
    private final Conv2d conv;
    private final BatchNorm norm;

    /**
     * Puts one behind the other.
     *
     * @param conv without a bias
     */
    public NormedConv(Conv2d conv, BatchNorm norm) {
        if (conv.hasBias()) {
            throw new IllegalArgumentException("a convolution before a normalisation has no bias");
        }
        this.conv = conv;
        this.norm = norm;
    }

    @Override
    public Tensor forward(Tensor x) {
        Folding folding = Folding.current();
        if (folding == null || norm.is_training() || GradMode.is_enabled()) {
            return norm.forward(conv.forward(x));
        }
        Folding.Kernel kernel = folding.of(this);
        return conv.forward(x, kernel.weight(), kernel.bias());
    }

    /** gamma / sqrt(var + eps) times the kernel, [out, in / groups, k, k]. */
    Tensor foldedWeight() {
        return conv.weight().mul(norm.scale().view(-1, 1, 1, 1));
    }

    /** beta - mean gamma / sqrt(var + eps), [out]. */
    Tensor foldedBias() {
        return norm.shift(norm.scale());
    }
}
