package io.halflight.nn;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How the first kernels of a convolution are drawn: from torch's global generator, so that the seed fixes them. */
public enum ConvInit {
    /** A truncated normal of variance 1 / fan-in: SimCLR's code, Haiku. */
    FAN_IN,

    /**
     * A normal of variance 2 / (k² · out): UDA, FixMatch, EfficientNet. Of a grouped convolution the outputs of one group
     * count, as in TensorFlow's depthwise layer; torchvision counts all and starts depthwise kernels smaller.
     */
    HE_FAN_OUT,

    /** Uniform within sqrt(6 / (fan-in + fan-out)): TensorFlow's default, S4L. */
    GLOROT;

    /** A kernel [out, in / groups, k, k]. */
    Tensor draw(int in, int out, int kernel, int groups) {
        long[] shape = {out, in / groups, kernel, kernel};
        double area = (double) kernel * kernel;
        double fanIn = area * in / groups;
        double fanOut = area * out / groups;
        return switch (this) {
            case FAN_IN -> Init.truncatedNormal(Math.sqrt(1 / fanIn), shape);
            case HE_FAN_OUT -> torch.randn(shape).mul_(new Scalar(Math.sqrt(2 / fanOut)));
            case GLOROT -> {
                double limit = Math.sqrt(6 / (fanIn + fanOut));
                yield torch.empty(shape).uniform_(-limit, limit, new GeneratorOptional());
            }
        };
    }
}
