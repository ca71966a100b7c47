package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Normalised temperature-scaled cross entropy (SimCLR, arXiv 2002.05709, equation 1): among the 2N - 1 other views of a
 * batch of N pictures, which one shows the same picture? The similarity is the cosine over tau, and the positive stands
 * once in the denominator.
 *
 * <p>The value is the paper's, a mean over all 2N rows. SimCLR's published code adds the means of the two views instead,
 * which is twice as much; tensors that LARS adapts do not notice, all others get half the gradient here.
 *
 * <p>Everything from the normalisation on is computed in float32 (float64 if given), autocast or not.
 */
public final class NtXent {
    static {
        NativeTorch.load();
    }

    private NtXent() {}

    /**
     * How well the views find each other, without gradient.
     *
     * @param positive mean cosine of the two views of a picture
     * @param negative mean cosine of views of different pictures; NaN for one picture
     * @param accuracy share of first views whose nearest second view is their own, as SimCLR's "contrast accuracy"
     */
    public record Statistics(Tensor positive, Tensor negative, Tensor accuracy) {}

    /**
     * The loss.
     *
     * @param a projections of the first views [N, d], not normalised
     * @param b projections of the second views [N, d], in the same order
     * @param tau temperature, above 0
     * @return a scalar, about {@link #expectedStart} before anything is learnt
     */
    public static Tensor loss(Tensor a, Tensor b, double tau) {
        return rows(a, b, tau).mean();
    }

    /**
     * The loss with further negatives: SimCLRv2's memory (arXiv:2006.10029, section 2).
     *
     * @param memory earlier embeddings [K, d] of length 1, without gradient; each row of the batch counts them as
     *     candidates beside its 2N - 1
     */
    public static Tensor loss(Tensor a, Tensor b, Tensor memory, double tau) {
        if (memory.dim() != 2 || memory.size(1) != a.size(1)) {
            throw new IllegalArgumentException(
                    "the memory must be [K, %d], got %s".formatted(a.size(1), Arrays.toString(memory.shape())));
        }
        return rows(a, b, memory, tau).mean();
    }

    /** The loss of each row of [a; b], [2N]. */
    static Tensor rows(Tensor a, Tensor b, double tau) {
        return rows(a, b, null, tau);
    }

    private static Tensor rows(Tensor a, Tensor b, @Nullable Tensor memory, double tau) {
        check(a, b);
        if (!(tau > 0)) {
            throw new IllegalArgumentException("tau must be above 0, got " + tau);
        }
        Scalar temperature = new Scalar(tau);
        try (Autocast full = Autocast.off(a.device())) {
            Tensor za = UnitRows.of(a); // [N, d]
            Tensor zb = UnitRows.of(b); // [N, d]
            Tensor z = torch.cat(new TensorVector(za, zb), 0); // [2N, d]
            Tensor logits = z.mm(z.t()).div(temperature); // [2N, 2N]
            logits.fill_diagonal_(new Scalar(Double.NEGATIVE_INFINITY)); // no view is a candidate for itself
            if (memory != null) {
                Tensor further = z.mm(memory.t()).div(temperature); // [2N, K]
                logits = torch.cat(new TensorVector(logits, further), 1); // [2N, 2N + K]
            }
            Tensor positive = za.mul(zb).sum(1).div(temperature); // [N]
            return torch.logsumexp(logits, 1).sub(torch.cat(new TensorVector(positive, positive), 0)); // [2N]
        }
    }

    /** The numbers to log beside the loss; the arguments are those of {@link #loss}, of which tau changes none of them. */
    public static Statistics statistics(Tensor a, Tensor b, double tau) {
        check(a, b);
        long n = a.size(0);
        try (NoGradGuard guard = new NoGradGuard();
                Autocast full = Autocast.off(a.device())) {
            Tensor za = UnitRows.of(a);
            Tensor zb = UnitRows.of(b);
            Tensor positives = za.mul(zb).sum(1); // [N]
            // All ordered pairs of the 2N views sum to |sum z|^2; what is neither a view with itself nor a positive is
            // a negative.
            Tensor all = za.add(zb).sum(0).square().sum();
            Tensor selves = za.square().sum().add(zb.square().sum());
            Tensor negative =
                    all.sub(selves).sub(positives.sum(), new Scalar(2.0)).div(new Scalar(4.0 * n * (n - 1)));
            Tensor nearest = za.mm(zb.t()).argmax(new LongOptional(1), false); // [N]
            Tensor own = torch.arange(
                    new Scalar(n), new TensorOptions(a.device()).dtype(new ScalarTypeOptional(ScalarType.Long)));
            return new Statistics(
                    positives.mean(),
                    negative,
                    nearest.eq(own).to(za.scalar_type()).mean());
        }
    }

    /** ln(2N - 1): the loss of N pictures while all views look alike. */
    public static double expectedStart(int n) {
        return Math.log(2.0 * n - 1);
    }

    private static void check(Tensor a, Tensor b) {
        if (a.dim() != 2 || b.dim() != 2 || a.size(0) != b.size(0) || a.size(1) != b.size(1) || a.size(0) == 0) {
            throw new IllegalArgumentException("projections must both be [N, d] with N above 0, got %s and %s"
                    .formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape())));
        }
    }
}
