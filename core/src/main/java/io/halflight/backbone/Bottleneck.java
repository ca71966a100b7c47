package io.halflight.backbone;

import static io.halflight.nn.Functional.add;
import static io.halflight.nn.Functional.relu;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.Layer;
import io.halflight.nn.NormedConv;
import io.halflight.nn.StochasticDepth;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** 1x1, 3x3 and 1x1 convolutions beside a shortcut; the stride sits on the 3x3, which may be a selective kernel. */
final class Bottleneck extends Module implements ResidualBlock {
    private final NormedConv first;
    private final Layer second;
    private final NormedConv third;
    private final @Nullable Shortcut downsample;
    private final StochasticDepth depth;

    Bottleneck(ResNetConfig config, ResNetConfig.BlockShape shape, double dropRate) {
        super("Bottleneck");
        int inner = shape.inner();
        first = new NormedConv(
                register_module("conv1", new Conv2d(shape.in(), inner, 1, 1)),
                register_module("bn1", new BatchNorm(inner)));
        if (config.skRatio() > 0) {
            second = register_module("conv2", new SelectiveKernel(inner, shape.stride(), config.skRatio()));
        } else {
            NormedConv conv = new NormedConv(
                    register_module("conv2", new Conv2d(inner, inner, 3, shape.stride())),
                    register_module("bn2", new BatchNorm(inner)));
            second = conv::rectified;
        }
        third = new NormedConv(
                register_module("conv3", new Conv2d(inner, shape.out(), 1, 1)),
                register_module("bn3", new BatchNorm(shape.out(), true, config.zeroInitGamma() ? 0 : 1)));
        downsample = shape.projected()
                ? register_module(
                        "downsample", new Shortcut(shape.in(), shape.out(), shape.stride(), config.pooledShortcuts()))
                : null;
        depth = new StochasticDepth(dropRate);
    }

    @Override
    public double dropRate() {
        return depth.rate();
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor shortcut = downsample == null ? x : downsample.forward(x);
        Tensor y = relu(first.forward(x)); // [N, inner, H, W]
        y = second.forward(y); // [N, inner, H / stride, W / stride]
        y = depth.apply(third.forward(y), is_training());
        return relu(add(y, shortcut)); // [N, out, H / stride, W / stride]
    }
}
