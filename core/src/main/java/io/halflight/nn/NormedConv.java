package io.halflight.nn;

import io.halflight.torch.Winograd;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

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
        Folding.Kernel kernel = folded();
        return kernel == null ? norm.forward(conv.forward(x)) : conv.forward(x, kernel.weight(), kernel.bias());
    }

    /** ReLU behind it. */
    public Tensor rectified(Tensor x) {
        Tensor fast = filtered(x, Winograd.Ending.RELU);
        return fast == null ? Functional.relu(forward(x)) : fast;
    }

    /**
     * ReLU of the sum with a shortcut.
     *
     * @param shortcut of the result's shape
     */
    public Tensor joined(Tensor x, Tensor shortcut) {
        Tensor fast = filtered(x, Winograd.Ending.joined(shortcut));
        return fast == null ? Functional.relu(Functional.add(forward(x), shortcut)) : fast;
    }

    private @Nullable Tensor filtered(Tensor x, Winograd.Ending ending) {
        Folding.Kernel kernel = folded();
        return kernel == null ? null : conv.filtered(x, kernel.weight(), kernel.bias(), ending);
    }

    private Folding.@Nullable Kernel folded() {
        Folding folding = Folding.current();
        return folding == null || norm.is_training() || GradMode.is_enabled() ? null : folding.of(this);
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
