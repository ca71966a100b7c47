package io.halflight.nn;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LinearOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * First weights as the SimCLR code base (arXiv:2002.05709) draws them. Draws come from torch's global generator, so
 * {@code torch.manual_seed} fixes them.
 */
public final class Init {
    /** Standard deviation of the weights of a dense layer. */
    public static final double DENSE_STD = 0.01;

    /** erf(2 / sqrt 2): the mass of a normal within two standard deviations. */
    private static final double MASS_WITHIN_TWO = 0.9544997361036416;

    /** Standard deviation that a unit normal keeps when it is cut at two standard deviations. */
    private static final double STD_AFTER_CUT = 0.8796256610342398;

    private Init() {}

    /**
     * A tensor from a normal cut at two standard deviations and widened again, so that its standard deviation is
     * {@code std} and no value lies beyond 2.274 std.
     */
    public static Tensor truncatedNormal(double std, long... shape) {
        Tensor w = torch.empty(shape);
        w.uniform_(-MASS_WITHIN_TWO, MASS_WITHIN_TWO, new GeneratorOptional());
        return w.erfinv_().mul_(new Scalar(Math.sqrt(2) * std / STD_AFTER_CUT));
    }

    /**
     * A dense layer as the papers' code draws it: N(0, 0.01²) in SimCLR, a truncated normal of 1 / sqrt(in) in BYOL
     * (Haiku's default), PyTorch's uniform default in MoCo.
     */
    static LinearImpl dense(int in, int out, boolean bias, HeadForm form) {
        return switch (form) {
            case SIMCLR -> dense(in, out, bias);
            case BYOL -> {
                LinearImpl layer = dense(in, out, bias);
                try (PointerScope scope = new PointerScope();
                        NoGradGuard guard = new NoGradGuard()) {
                    layer.weight().copy_(truncatedNormal(1 / Math.sqrt(in), out, in));
                }
                yield layer;
            }
            case MOCO -> {
                LinearOptions options = new LinearOptions(in, out);
                options.bias().put(bias);
                yield new LinearImpl(options);
            }
        };
    }

    /** A dense layer with weights from N(0, 0.01²) and, where it has one, a zero bias. */
    public static LinearImpl dense(int in, int out, boolean bias) {
        LinearOptions options = new LinearOptions(in, out);
        options.bias().put(bias);
        LinearImpl layer = new LinearImpl(options);
        try (NoGradGuard guard = new NoGradGuard()) {
            layer.weight().normal_(0, DENSE_STD, new GeneratorOptional());
            if (bias) {
                layer.bias().zero_();
            }
        }
        return layer;
    }
}
