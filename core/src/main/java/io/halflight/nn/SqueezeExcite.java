package io.halflight.nn;

import static io.halflight.nn.Functional.mean;
import static io.halflight.nn.Functional.multiply;
import static io.halflight.nn.Functional.sigmoid;
import static io.halflight.nn.Functional.silu;

import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * Squeeze-and-excitation (Hu et al., arXiv:1709.01507) as EfficientNet has it: each channel is weighted by a sigmoid of
 * two 1x1 convolutions over the channels' means, with SiLU between. Names are torchvision's {@code fc1} and {@code fc2}.
 */
public final class SqueezeExcite extends Module implements Layer {
    private final Conv2d fc1;
    private final Conv2d fc2;

    /**
     * For pictures of that many channels.
     *
     * @param squeezed channels between the two convolutions
     */
    public SqueezeExcite(int channels, int squeezed) {
        super("SqueezeExcite");
        fc1 = register_module("fc1", new Conv2d(channels, squeezed, 1, 1, 1, true, ConvInit.HE_FAN_OUT));
        fc2 = register_module("fc2", new Conv2d(squeezed, channels, 1, 1, 1, true, ConvInit.HE_FAN_OUT));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor mean = mean(x, true, 2, 3); // [N, C, 1, 1]
        return multiply(x, sigmoid(fc2.forward(silu(fc1.forward(mean))))); // [N, C, H, W]
    }
}
