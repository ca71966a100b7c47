package io.halflight.eval;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * t-SNE (van der Maaten and Hinton, JMLR 9, 2008), every pair of points exactly: for a few thousand of them at the most. Starts at the first two
 * principal components instead of at random points, so that nothing about it is random and far groups keep their sides (Kobak and Berens,
 * doi:10.1038/s41467-019-13056-x).
 */
final class Tsne {
    private static final double PERPLEXITY = 30;
    private static final double EXAGGERATION = 12;
    private static final int EXAGGERATED = 150;
    private static final int STEPS = 500;
    private static final int HALVINGS = 40;

    private static final double START_SPREAD = 1e-4;
    private static final double SMALLEST = 1e-12;

    static {
        NativeTorch.load();
    }

    private Tsne() {}

    /**
     * Places points in the plane.
     *
     * @param x [n, d] float32, columns by falling variance, n at least 4
     * @return [n, 2], centred, in the caller's scope
     */
    static Tensor of(Tensor x) {
        long n = x.size(0);
        double perplexity = Math.min(PERPLEXITY, (n - 1) / 3.0);
        return Tensors.resultOf(() -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                return descend(x, joint(distances(x), perplexity));
            }
        });
    }

    private static Tensor descend(Tensor x, Tensor p) {
        Tensor first = x.narrow(1, 0, 2); // [n, 2]
        Tensor y = first.mul(new Scalar(START_SPREAD)).div(first.std().add(new Scalar(SMALLEST)));
        Tensor velocity = torch.zeros_like(y);
        Tensor gains = torch.ones_like(y);
        double rate = Math.max(50, x.size(0) / EXAGGERATION / 4); // Belkina et al., doi:10.1038/s41467-019-13055-y
        for (int step = 0; step < STEPS; step++) {
            boolean early = step < EXAGGERATED;
            try (PointerScope inner = new PointerScope()) {
                Tensor gradient = gradient(p, y, early ? EXAGGERATION : 1);
                Tensor turned = gradient.sign().ne(velocity.sign());
                gains.copy_(torch.where(turned, gains.add(new Scalar(0.2)), gains.mul(new Scalar(0.8)))
                        .clamp_min(new Scalar(0.01)));
                velocity.mul_(new Scalar(early ? 0.5 : 0.8))
                        .sub_(gains.mul(gradient).mul(new Scalar(rate)));
                y.add_(velocity);
                y.sub_(y.mean(0));
            }
        }
        return y;
    }

    /** KL(P || Q), which the steps make smaller. */
    static double divergence(Tensor x, Tensor y) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor p = joint(distances(x), Math.min(PERPLEXITY, (x.size(0) - 1) / 3.0));
            Tensor kernel = kernel(y);
            Tensor q = kernel.div(kernel.sum()).clamp_min(new Scalar(SMALLEST));
            return p.mul(p.clamp_min(new Scalar(SMALLEST)).div(q).log()).sum().item_float();
        }
    }

    /** 4 sum over j of (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2), equation 5; [n, 2]. */
    private static Tensor gradient(Tensor p, Tensor y, double exaggeration) {
        Tensor kernel = kernel(y);
        Tensor pull =
                p.mul(new Scalar(exaggeration)).sub(kernel.div(kernel.sum())).mul(kernel); // [n, n]
        return pull.sum(1).unsqueeze(1).mul(y).sub(pull.mm(y)).mul(new Scalar(4));
    }

    /** 1 / (1 + squared distance), 0 on the diagonal; [n, n]. */
    private static Tensor kernel(Tensor y) {
        Tensor kernel = distances(y).add(new Scalar(1)).reciprocal();
        return kernel.fill_diagonal_(new Scalar(0));
    }

    /** Squared distances [n, n]. */
    private static Tensor distances(Tensor x) {
        Tensor norms = x.mul(x).sum(1); // [n]
        return norms.unsqueeze(0)
                .add(norms.unsqueeze(1))
                .sub(x.mm(x.t()).mul(new Scalar(2)))
                .clamp_min(new Scalar(0));
    }

    /** Symmetric p_ij of sum 1, each row's width halved into place so that its perplexity is the one asked for. */
    private static Tensor joint(Tensor squared, double perplexity) {
        long n = squared.size(0);
        Tensor least =
                squared.clone().fill_diagonal_(new Scalar(Float.MAX_VALUE)).amin(new long[] {1}, true);
        Tensor d = squared.sub(least); // the nearest one at 0: no row vanishes
        Tensor low = torch.zeros_like(least); // [n, 1], precision beta = 1 / (2 sigma^2)
        Tensor high = torch.full_like(least, new Scalar(Double.POSITIVE_INFINITY));
        Tensor beta = torch.ones_like(least).div(d.mean().add(new Scalar(SMALLEST)));
        for (int i = 0; i < HALVINGS; i++) {
            try (PointerScope inner = new PointerScope()) { // else 40 times several [n, n]: 0.8 GB of 1,000 points
                Tensor weights = weights(d, beta);
                Tensor sum = weights.sum(1).unsqueeze(1);
                Tensor entropy = sum.log()
                        .add(beta.mul(weights.mul(d).sum(1).unsqueeze(1)).div(sum));
                Tensor tooWide = entropy.gt(new Scalar(Math.log(perplexity)));
                low.copy_(torch.where(tooWide, beta, low));
                high.copy_(torch.where(tooWide, high, beta));
                beta.copy_(torch.where(
                        high.isinf(), beta.mul(new Scalar(2)), low.add(high).div(new Scalar(2))));
            }
        }
        Tensor weights = weights(d, beta);
        Tensor rows = weights.div(weights.sum(1).unsqueeze(1));
        return rows.add(rows.t()).div(new Scalar(2.0 * n));
    }

    /** exp(-beta d), 0 on the diagonal; [n, n]. */
    private static Tensor weights(Tensor d, Tensor beta) {
        return d.mul(beta).neg_().exp_().fill_diagonal_(new Scalar(0));
    }
}
