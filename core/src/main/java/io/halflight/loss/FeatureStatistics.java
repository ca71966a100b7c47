package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a batch of features says about the encoder, labels or not: whether the pictures still look different to it, in how
 * many directions they differ, whether views of a picture meet and whether pictures spread. A loss can fall while these
 * go wrong.
 *
 * <p>All are scalars without gradient, computed in float32 or finer, autocast or not. Features that are not numbers give
 * NaN, never an exception: finding out is the trainer's business.
 */
public final class FeatureStatistics {
    /** Rows that {@link #effectiveRank} looks at: one core takes 30 ms for them at d = 512, 65 ms at d = 2048. */
    static final int ROWS = 512;

    /**
     * Singular values below this share of the features' Frobenius norm are rounding: float32 holds about 1e-7 of each
     * feature, and 512 equal directions, as healthy as it gets, have 4e-2 each.
     */
    private static final double ROUNDING = 1e-6;

    static {
        NativeTorch.load();
    }

    private FeatureStatistics() {}

    /**
     * The standard deviation of each dimension of the normalised features over the batch, averaged and multiplied by
     * sqrt(d): about 1 when they fill the sphere, 0 when every picture looks the same to the encoder (SimSiam, arXiv
     * 2011.10566, section 4.1). Features behind a ReLU share a quadrant and reach 0.3 to 0.8 in good health.
     *
     * @param h features [N, d]
     * @return scalar, 0 to about 1; NaN for one row
     */
    public static Tensor deviation(Tensor h) {
        check(h);
        try (NoGradGuard guard = new NoGradGuard();
                Autocast full = Autocast.off(h.device())) {
            return unit(h).std(new long[] {0}, true, false).mean().mul(new Scalar(Math.sqrt((double) h.size(1))));
        }
    }

    /**
     * In how many directions the features differ: exp of the entropy of the singular values of the centred features,
     * normalised to sum to 1 (Roy and Vetterli, "The effective rank", EUSIPCO 2007; RankMe, arXiv 2210.02885, which does
     * not centre: without, features that share a large mean count as collapsed). Only the first 512 rows are looked at.
     *
     * <p>The length of the features does not matter, so that noise around one point has a high rank: read it beside
     * {@link #deviation}.
     *
     * @param h features [N, d]
     * @return scalar on the CPU, 1 to min(N - 1, d); 1 also for equal rows. Waits for the device
     */
    public static Tensor effectiveRank(Tensor h) {
        check(h);
        try (NoGradGuard guard = new NoGradGuard();
                Autocast full = Autocast.off(h.device())) {
            // Squaring halves the digits: from a Gram matrix in float32 the square roots of its rounding errors alone
            // add up to a rank of 1.2 for 512 rows of rank 1. In float64 they are 1e-8 of the largest.
            Tensor raw = h.narrow(0, 0, Math.min(ROWS, h.size(0))).to(ScalarType.Double); // [n, d]
            Tensor nan = raw.mul(new Scalar(0.0)).sum(); // 0, or NaN if any feature is infinite or NaN
            Tensor x = torch.nan_to_num(raw, zero(), zero(), zero()); // LAPACK throws at NaN
            Tensor floor = x.square().sum().sqrt().mul(new Scalar(ROUNDING));
            Tensor c = x.sub(x.mean(new long[] {0}, true, new ScalarTypeOptional())); // [n, d]
            Tensor gram = c.size(0) <= c.size(1) ? c.mm(c.t()) : c.t().mm(c); // [m, m], m = min(n, d)
            // The CPU always has a LAPACK; the 512 x 512 numbers at most that go there are soon copied.
            Tensor sigma =
                    torch.linalg_eigvalsh(gram.cpu()).clamp_min(new Scalar(0.0)).sqrt(); // [m]
            sigma = sigma.masked_fill(sigma.le(floor.cpu()), new Scalar(0.0));
            Tensor p = sigma.div(sigma.sum().clamp_min(new Scalar(Double.MIN_NORMAL))); // all 0 for equal rows
            return torch.xlogy(p, p).sum().neg().exp().add(nan.cpu()).to(ScalarType.Float);
        }
    }

    /**
     * How near the two views of a picture are: the mean squared distance of normalised positives (Wang and Isola, arXiv
     * 2005.10242, equation 4 with alpha = 2).
     *
     * @param a features of the first views [N, d]
     * @param b features of the second views [N, d], in the same order
     * @return scalar, 0 (the same) to 4 (opposite); 2 for unrelated ones
     */
    public static Tensor alignment(Tensor a, Tensor b) {
        check(a);
        check(b);
        if (!Arrays.equals(a.shape(), b.shape())) {
            throw new IllegalArgumentException("features must both be [N, d], got %s and %s"
                    .formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape())));
        }
        try (NoGradGuard guard = new NoGradGuard();
                Autocast full = Autocast.off(a.device())) {
            return unit(a).sub(unit(b)).square().sum(1).mean();
        }
    }

    /**
     * How evenly pictures spread over the sphere: the logarithm of the mean of exp(-2 |x - y|^2) over all pairs of
     * different rows (Wang and Isola, arXiv 2005.10242, equation 5 with t = 2).
     *
     * @param z features [N, d], one view of each picture
     * @return scalar, 0 when all are the same, about -4 + 8/d when they spread as evenly as chance does; NaN for one row
     */
    public static Tensor uniformity(Tensor z) {
        check(z);
        long n = z.size(0);
        try (NoGradGuard guard = new NoGradGuard();
                Autocast full = Autocast.off(z.device())) {
            Tensor u = unit(z); // [N, d]
            Tensor length = u.square().sum(new long[] {1}, true, new ScalarTypeOptional()); // [N, 1]: 1, or 0 for zeros
            Tensor squared = length.add(length.t()).sub(u.mm(u.t()), new Scalar(2.0)); // [N, N]
            Tensor exponents = squared.clamp_min(new Scalar(0.0)).mul(new Scalar(-2.0));
            exponents.fill_diagonal_(new Scalar(Double.NEGATIVE_INFINITY)); // no row makes a pair with itself
            return torch.logsumexp(exponents, new long[] {0, 1}).sub(new Scalar(Math.log((double) n * (n - 1))));
        }
    }

    /** Rows of length 1; a row of zeros stays zero. */
    private static Tensor unit(Tensor rows) {
        return torch.normalize(Tensors.atLeastFloat(rows));
    }

    private static DoubleOptional zero() {
        return new DoubleOptional(0.0);
    }

    private static void check(Tensor rows) {
        if (rows.dim() != 2 || rows.size(0) == 0 || rows.size(1) == 0) {
            throw new IllegalArgumentException(
                    "features must be [N, d] with N and d above 0, got " + Arrays.toString(rows.shape()));
        }
    }
}
