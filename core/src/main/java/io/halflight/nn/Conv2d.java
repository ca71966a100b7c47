package io.halflight.nn;

import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A square convolution without bias, padded by (k - 1) / 2 on every side. Its one state name is {@code weight},
 * [out, in, k, k], drawn from a truncated normal with variance 1 / fan-in.
 */
public final class Conv2d extends Module implements Layer {
    private static final long[] DILATION = {1, 1};

    private final Tensor weight;
    private final TensorOptional noBias = new TensorOptional();
    private final long[] stride;
    private final long[] padding;

    public Conv2d(int in, int out, int kernel, int stride) {
        super("Conv2d");
        this.weight = Init.truncatedNormal(Math.sqrt(1.0 / ((double) in * kernel * kernel)), out, in, kernel, kernel);
        this.stride = new long[] {stride, stride};
        this.padding = new long[] {(kernel - 1) / 2, (kernel - 1) / 2};
        register_parameter("weight", weight);
    }

    @Override
    public Tensor forward(Tensor x) {
        return torch.conv2d(x, weight, noBias, stride, padding, DILATION, 1); // [N, out, H / stride, W / stride]
    }
}
