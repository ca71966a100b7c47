package io.halflight.backbone;

import static io.halflight.nn.Functional.add;
import static io.halflight.nn.Functional.silu;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.ConvInit;
import io.halflight.nn.Layer;
import io.halflight.nn.NormForm;
import io.halflight.nn.NormedConv;
import io.halflight.nn.SqueezeExcite;
import io.halflight.nn.StochasticDepth;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * EfficientNet's block (arXiv:1905.11946): 1x1 expansion, depthwise convolution, squeeze-and-excitation and 1x1
 * projection, added to the input where the shape stays. Names are torchvision's {@code block.0} to {@code block.3}.
 */
final class InvertedResidual extends Module implements ResidualBlock {
    private final Module block = register_module("block", new Module("Block"));
    private final List<Layer> layers = new ArrayList<>();
    private final boolean residual;
    private final StochasticDepth depth;

    InvertedResidual(EfficientNetConfig.BlockShape shape, NormForm norm, double dropRate) {
        super("InvertedResidual");
        residual = shape.residual();
        depth = new StochasticDepth(dropRate);
        int inner = shape.inner();
        if (shape.expand() > 1) {
            append(new ConvNorm(shape.in(), inner, 1, 1, 1, norm, true));
        }
        append(new ConvNorm(inner, inner, shape.kernel(), shape.stride(), inner, norm, true));
        layers.add(block.register_module(Integer.toString(layers.size()), new SqueezeExcite(inner, shape.squeezed())));
        append(new ConvNorm(inner, shape.out(), 1, 1, 1, norm, false));
    }

    private void append(ConvNorm layer) {
        layers.add(block.register_module(Integer.toString(layers.size()), layer));
    }

    @Override
    public double dropRate() {
        return residual ? depth.rate() : 0;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Layer layer : layers) {
            y = layer.forward(y);
        }
        return residual ? add(depth.apply(y, is_training()), x) : y; // [N, out, H / stride, W / stride]
    }

    /** Convolution, normalisation and, where asked, SiLU; named {@code 0} and {@code 1} as in torchvision. */
    static final class ConvNorm extends Module implements Layer {
        private final NormedConv conv;
        private final boolean activated;

        ConvNorm(int in, int out, int kernel, int stride, int groups, NormForm norm, boolean activated) {
            super("ConvNorm");
            this.activated = activated;
            conv = new NormedConv(
                    register_module("0", new Conv2d(in, out, kernel, stride, groups, false, ConvInit.HE_FAN_OUT)),
                    register_module("1", new BatchNorm(out, norm)));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = conv.forward(x);
            return activated ? silu(y) : y; // [N, out, H / stride, W / stride]
        }
    }
}
