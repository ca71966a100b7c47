package io.halflight.backbone;

import static io.halflight.nn.Functional.mean;
import static io.halflight.nn.Functional.multiply;
import static io.halflight.nn.Functional.relu;
import static io.halflight.nn.Functional.reshape;
import static io.halflight.nn.Functional.softmax;
import static io.halflight.nn.Functional.sum;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.Layer;
import io.halflight.nn.NormedConv;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * The selective kernel of SimCLRv2 (arXiv:2006.10029): two 3x3 streams, weighted for each channel by a softmax over the
 * streams. Unlike in the paper it comes from (arXiv:1903.06586), both streams are plain 3x3 convolutions, so one
 * convolution of twice the width computes them. It replaces the 3x3 convolution, its normalisation and its ReLU in a
 * bottleneck.
 */
final class SelectiveKernel extends Module implements Layer {
    private static final int MIN_SQUEEZED = 32;

    private final int width;
    private final NormedConv streams;
    private final NormedConv reduce;
    private final Conv2d select;

    SelectiveKernel(int width, int stride, double ratio) {
        super("SelectiveKernel");
        this.width = width;
        int squeezed = squeezed(width, ratio);
        streams = new NormedConv(
                register_module("conv", new Conv2d(width, 2 * width, 3, stride)),
                register_module("bn", new BatchNorm(2 * width)));
        reduce = new NormedConv(
                register_module("fc_reduce", new Conv2d(width, squeezed, 1, 1)),
                register_module("fc_bn", new BatchNorm(squeezed)));
        select = register_module("fc_select", new Conv2d(squeezed, 2 * width, 1, 1));
    }

    /** Channels m between the two 1x1 convolutions of the attention. */
    static int squeezed(int width, double ratio) {
        return Math.max((int) (width * ratio), MIN_SQUEEZED);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor u = streams(x);
        return sum(multiply(u, attention(u)), 1); // [N, F, H, W]
    }

    /** U0 and U1: [N, 2, F, H, W]. */
    Tensor streams(Tensor x) {
        Tensor y = relu(streams.forward(x)); // [N, 2F, H, W]
        return reshape(y, 2, width, y.size(2), y.size(3));
    }

    /** Weights of the streams, which add up to 1 over dimension 1: [N, 2, F, 1, 1]. */
    Tensor attention(Tensor u) {
        Tensor g = sum(mean(u, true, 3, 4), 1); // [N, F, 1, 1]
        Tensor m = relu(reduce.forward(g));
        return softmax(reshape(select.forward(m), 2, width, 1, 1), 1);
    }
}
