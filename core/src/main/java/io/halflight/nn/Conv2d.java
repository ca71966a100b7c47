package io.halflight.nn;

import io.halflight.torch.Winograd;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A square convolution, padded by (k - 1) / 2 on every side. Its state names are {@code weight},
 * [out, in / groups, k, k], and, where it has one, {@code bias}, [out].
 */
public final class Conv2d extends Module implements Layer {
    private static final long[] DILATION = {1, 1};

    private final Tensor weight;
    private final TensorOptional bias = new TensorOptional();
    private final long[] stride;
    private final long[] padding;
    private final int groups;
    private final boolean small; // 3 x 3 with stride 1 and one group

    /** One group without bias, drawn from a truncated normal with variance 1 / fan-in. */
    public Conv2d(int in, int out, int kernel, int stride) {
        this(in, out, kernel, stride, 1, false, ConvInit.FAN_IN);
    }

    /**
     * Any of them.
     *
     * @param groups divides {@code in} and {@code out}; as many as channels make it depthwise
     * @param bias whether there is one; it starts at zero
     * @param init of the kernel
     */
    public Conv2d(int in, int out, int kernel, int stride, int groups, boolean bias, ConvInit init) {
        super("Conv2d");
        this.weight = init.draw(in, out, kernel, groups);
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {(kernel - 1) / 2, (kernel - 1) / 2};
        this.groups = groups;
        small = kernel == 3 && stride == 1 && groups == 1;
        register_parameter("weight", weight);
        if (bias) {
            Tensor zeros = torch.zeros(out);
            register_parameter("bias", zeros);
            this.bias.put(zeros);
        }
    }

    Tensor weight() {
        return weight;
    }

    boolean hasBias() {
        return bias.has_value();
    }

    /** The same convolution with another kernel and bias. */
    Tensor forward(Tensor x, Tensor otherWeight, Tensor otherBias) {
        return convolve(x, otherWeight, new TensorOptional(otherBias));
    }

    @Override
    public Tensor forward(Tensor x) {
        return convolve(x, weight, bias); // [N, out, H / stride, W / stride]
    }

    private Tensor convolve(Tensor x, Tensor kernel, TensorOptional added) {
        Tensor shift = added.has_value() ? added.get() : null;
        Tensor fast = filtered(x, kernel, shift, Winograd.Ending.NONE);
        if (fast != null) {
            return fast;
        }
        Tensor y = torch.conv2d(x, kernel, added, stride, padding, DILATION, groups);
        return Trace.record(new Operation.Convolution(weight, kernel, shift, stride[0], padding[0], groups), y, x);
    }

    /** The convolution and what follows it by {@link Winograd}, while a {@link Folding} is in force; null where that is not the way. */
    @Nullable
    Tensor filtered(Tensor x, Tensor kernel, @Nullable Tensor added, Winograd.Ending ending) {
        Folding folding = Folding.current();
        if (folding == null || !small || GradMode.is_enabled() || Trace.isOpen() || !Winograd.suits(x, kernel)) {
            return null;
        }
        Tensor transformed = folding.transformed(kernel);
        return transformed == null ? null : Winograd.convolve(x, transformed, added, ending);
    }
}
