package io.halflight.nn;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A convolution and the batch normalisation behind it. Where nothing learns (evaluation mode, no gradients) both are one
 * convolution, whose kernel and bias have the normalisation in them: the same function to rounding, one pass over the
 * feature map less. The folded kernel is made again as soon as a weight or a running statistic has changed. It is no module:
 * both parts stay registered where they were.
 */
public final class NormedConv implements Layer {
    private final Conv2d conv;
    private final BatchNorm norm;
    private @Nullable Folded folded;

    /** @param of the tensors it was made from, how often each had been written to */
    private record Folded(Tensor weight, Tensor bias, long[] of) {}

    public NormedConv(Conv2d conv, BatchNorm norm) {
        this.conv = conv;
        this.norm = norm;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (norm.is_training() || GradMode.is_enabled() || conv.hasBias()) {
            return norm.forward(conv.forward(x));
        }
        Folded f = folded();
        return conv.forward(x, f.weight, f.bias);
    }

    private synchronized Folded folded() {
        long[] versions = norm.versions(conv.weight());
        Folded old = folded;
        if (old != null && Arrays.equals(old.of, versions)) {
            return old;
        }
        Folded made = fold(versions);
        folded = made;
        if (old != null) {
            old.weight.close();
            old.bias.close();
        }
        return made;
    }

    /** gamma / sqrt(var + eps) goes into the kernel, beta - mean gamma / sqrt(var + eps) becomes the bias. */
    private Folded fold(long[] versions) {
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            Tensor scale = norm.scale(); // [out]
            Tensor weight = conv.weight().mul(scale.view(-1, 1, 1, 1)); // [out, in / groups, k, k]
            Tensor bias = norm.shift(scale); // [out]
            weight.retainReference(); // beyond this scope, and that of the caller
            bias.retainReference();
            return new Folded(weight, bias, versions);
        }
    }
}
