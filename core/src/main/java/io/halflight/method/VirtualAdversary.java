package io.halflight.method;

import io.halflight.loss.KullbackLeibler;
import io.halflight.nn.Layer;
import io.halflight.nn.StillStatistics;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The small change of a picture that moves a network's answer most (virtual adversarial training, arXiv:1704.03976, section
 * 3.3, set up as in S4L, arXiv:1905.03670), and how far it moves it.
 *
 * <pre>
 * d ~ N(0, I), scaled to length 1 in each picture
 * g = gradient over d of KL at xi d, or its limit H d for xi to 0       one power iteration
 * r = eps g / |g|
 * L = mean KL( p(x + r) || p(x) )                                       or the other way round
 * </pre>
 *
 * At d = 0 the divergence and its gradient vanish, and its second derivative is H = J' (diag p - p p') J for both
 * directions, with J the derivative of the logits. So H d needs no small number: one product with J, by differentiating
 * twice, and one with its transpose. With the authors' xi = 1e-6 a pixel changes by 3e-9 at 224 pixels a side, which
 * float32 cannot hold beside a pixel above 0.03: what comes out is mostly rounding, carried back through the network like
 * another random start. A xi near eps sees more of the curve: on small random networks it found 1.2 times the divergence.
 *
 * <p>Passes over changed pictures normalise by their batch but leave the running statistics alone.
 */
public final class VirtualAdversary {
    /** Below the smallest derivative that counts; a picture without one is left as it is. */
    private static final double LEAST = 1e-30;

    private static final long[] EACH = {1, 2, 3};

    /** Which way the divergence of the loss is taken. */
    public enum Direction {
        /** KL(p(x + r) || p(x)), as S4L's code. */
        S4L,
        /** KL(p(x) || p(x + r)), as the paper on VAT. */
        MIYATO
    }

    /**
     * How to look.
     *
     * @param eps length of r in a picture with values in [0, 1], above 0
     * @param xi length of the change that is tried, from 0; 0 for the exact derivative
     * @param direction of the divergence
     */
    public record Config(double eps, double xi, Direction direction) {
        public Config {
            if (!(eps > 0)) {
                throw new IllegalArgumentException("eps must be above 0, got " + eps);
            }
            if (!(xi >= 0)) {
                throw new IllegalArgumentException("xi must be at least 0, got " + xi);
            }
        }
    }

    private final Config config;

    VirtualAdversary(Config config) {
        this.config = config;
    }

    /**
     * The loss.
     *
     * @param x pictures [N, C, H, W]
     * @param clean the network's logits of x [N, K], of which no gradient is taken
     * @return a scalar with a gradient to the network's weights, from 0
     */
    Tensor loss(Layer network, Tensor x, Tensor clean) {
        Tensor r = direction(network, x, clean.detach());
        try (StillStatistics still = new StillStatistics()) {
            return divergence(network.forward(x.add(r)), clean.detach()).mean();
        }
    }

    private Tensor divergence(Tensor changed, Tensor clean) {
        return config.direction() == Direction.S4L
                ? KullbackLeibler.each(changed, clean)
                : KullbackLeibler.each(clean, changed);
    }

    /**
     * r, of length eps in each picture.
     *
     * @param x [N, C, H, W]
     * @param clean logits without gradient [N, K]
     * @return [N, C, H, W] without gradient
     */
    Tensor direction(Layer network, Tensor x, Tensor clean) {
        Tensor d = unit(torch.randn_like(x));
        try (StillStatistics still = new StillStatistics()) {
            Tensor g = config.xi() == 0 ? curvature(network, x, d) : slope(network, x, d, clean);
            return unit(g.to(ScalarType.Float)).mul(new Scalar(config.eps()));
        }
    }

    /** The gradient at xi d. */
    private Tensor slope(Layer network, Tensor x, Tensor d, Tensor clean) {
        Tensor at = x.detach().add(d, new Scalar(config.xi())).set_requires_grad(true);
        Tensor k = divergence(network.forward(at), clean).mean();
        return gradient(k, at, torch.ones_like(k), false);
    }

    /** H d, with p of this very pass: it may differ from the clean one, which other pictures share statistics with. */
    private static Tensor curvature(Layer network, Tensor x, Tensor d) {
        Tensor at = x.detach().set_requires_grad(true);
        Tensor z = network.forward(at); // [N, K]
        Tensor u = torch.zeros_like(z.detach()).set_requires_grad(true);
        Tensor transposed = gradient(z, at, u, true); // J' u, linear in u
        Tensor jd = gradient(transposed, u, d, false).to(ScalarType.Float); // J d [N, K]
        Tensor p = z.detach().to(ScalarType.Float).softmax(1);
        Tensor weighted = p.mul(jd); // (diag p - p p') J d
        Tensor fjd = weighted.sub(p.mul(weighted.sum(new long[] {1}, true, null)));
        return gradient(z, at, fjd.to(z.scalar_type()), false);
    }

    private static Tensor gradient(Tensor of, Tensor by, Tensor along, boolean again) {
        return torch.grad(
                        new TensorVector(of),
                        new TensorVector(by),
                        new TensorVector(along),
                        new BoolOptional(true),
                        again,
                        false)
                .get(0);
    }

    /** Scaled to length 1 in each picture. A sure answer's derivative is so small that its square would vanish. */
    private static Tensor unit(Tensor d) {
        Tensor scaled = d.div(d.abs().amax(EACH, true).clamp_min(new Scalar(LEAST)));
        return scaled.mul(scaled.square()
                .sum(EACH, true, null)
                .clamp_min(new Scalar(LEAST))
                .rsqrt());
    }
}
