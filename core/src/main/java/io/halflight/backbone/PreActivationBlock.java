package io.halflight.backbone;

import static io.halflight.nn.Functional.add;
import static io.halflight.nn.Functional.leakyRelu;
import static io.halflight.nn.Functional.relu;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.NormedConv;
import io.halflight.nn.StochasticDepth;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Two or three times normalisation, activation and convolution, beside a shortcut that has neither normalisation nor
 * activation of its own; nothing follows the sum. State names are those of timm's ResNet v2.
 */
final class PreActivationBlock extends Module implements ResidualBlock {
    private final BatchNorm norm;
    private final List<NormedConv> inner = new ArrayList<>(); // each with the normalisation of the next
    private final Conv2d last;
    private final @Nullable Conv2d projection;
    private final @Nullable Module downsample;
    private final boolean activatedShortcut;
    private final Activation activation;
    private final StochasticDepth depth;

    PreActivationBlock(PreActivationForm form, PreActivationConfig.BlockShape shape, double dropRate) {
        super("PreActivationBlock");
        activation = new Activation(form.slope());
        activatedShortcut = shape.activated();
        depth = new StochasticDepth(dropRate);
        List<BatchNorm> norms = new ArrayList<>();
        List<Conv2d> convs = new ArrayList<>();
        for (PreActivationConfig.ConvShape c : shape.convs()) {
            int number = convs.size() + 1;
            norms.add(register_module("norm" + number, new BatchNorm(c.in(), form.norm())));
            Conv2d conv = new Conv2d(c.in(), c.out(), c.kernel(), c.stride(), 1, false, form.init());
            convs.add(register_module("conv" + number, conv));
        }
        norm = norms.get(0);
        for (int i = 1; i < convs.size(); i++) {
            inner.add(new NormedConv(convs.get(i - 1), norms.get(i)));
        }
        last = convs.get(convs.size() - 1);
        if (shape.projected()) {
            downsample = register_module("downsample", new Module("Downsample"));
            Conv2d conv = new Conv2d(shape.in(), shape.out(), 1, shape.stride(), 1, false, form.init());
            projection = downsample.register_module("conv", conv);
        } else {
            downsample = null;
            projection = null;
        }
    }

    @Override
    public double dropRate() {
        return depth.rate();
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = activation.apply(norm.forward(x)); // [N, in, H, W]
        Tensor shortcut = activatedShortcut ? y : x;
        if (projection != null) {
            shortcut = projection.forward(shortcut);
        }
        for (NormedConv conv : inner) {
            y = activation.apply(conv.forward(y));
        }
        y = last.forward(y);
        return add(depth.apply(y, is_training()), shortcut); // [N, out, H / stride, W / stride]
    }

    /** ReLU, or leaky ReLU; in place, as what it gets is always a normalisation's own output. */
    static final class Activation {
        private final double slope;

        Activation(double slope) {
            this.slope = slope;
        }

        Tensor apply(Tensor x) {
            return slope > 0 ? leakyRelu(x, slope) : relu(x);
        }
    }
}
