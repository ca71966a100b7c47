package io.halflight.backbone;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.StochasticDepth;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Two 3x3 convolutions beside a shortcut; the stride sits on the first. */
final class BasicBlock extends Module implements ResidualBlock {
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final Conv2d conv2;
    private final BatchNorm bn2;
    private final @Nullable Shortcut downsample;
    private final StochasticDepth depth;

    BasicBlock(ResNetConfig config, ResNetConfig.BlockShape shape, double dropRate) {
        super("BasicBlock");
        conv1 = register_module("conv1", new Conv2d(shape.in(), shape.out(), 3, shape.stride()));
        bn1 = register_module("bn1", new BatchNorm(shape.out()));
        conv2 = register_module("conv2", new Conv2d(shape.out(), shape.out(), 3, 1));
        bn2 = register_module("bn2", new BatchNorm(shape.out(), true, config.zeroInitGamma() ? 0 : 1));
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
        Tensor y = bn1.forward(conv1.forward(x)).relu_();
        y = depth.apply(bn2.forward(conv2.forward(y)), is_training());
        return y.add_(shortcut).relu_(); // [N, out, H / stride, W / stride]
    }
}
