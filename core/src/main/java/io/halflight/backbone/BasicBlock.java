package io.halflight.backbone;

import static io.halflight.nn.Functional.add;
import static io.halflight.nn.Functional.relu;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.NormedConv;
import io.halflight.nn.StochasticDepth;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Two 3x3 convolutions beside a shortcut; the stride sits on the first. */
final class BasicBlock extends Module implements ResidualBlock {
    private final NormedConv first;
    private final NormedConv second;
    private final @Nullable Shortcut downsample;
    private final StochasticDepth depth;

    BasicBlock(ResNetConfig config, ResNetConfig.BlockShape shape, double dropRate) {
        super("BasicBlock");
        first = new NormedConv(
                register_module("conv1", new Conv2d(shape.in(), shape.out(), 3, shape.stride())),
                register_module("bn1", new BatchNorm(shape.out())));
        second = new NormedConv(
                register_module("conv2", new Conv2d(shape.out(), shape.out(), 3, 1)),
                register_module("bn2", new BatchNorm(shape.out(), true, config.zeroInitGamma() ? 0 : 1)));
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
        Tensor y = first.rectified(x);
        if (!is_training()) {
            return second.joined(y, shortcut);
        }
        y = depth.apply(second.forward(y), true);
        return relu(add(y, shortcut)); // [N, out, H / stride, W / stride]
    }
}
