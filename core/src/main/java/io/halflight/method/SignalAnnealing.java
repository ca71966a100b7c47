package io.halflight.method;

import io.halflight.loss.CrossEntropy;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Training signal annealing (UDA, arXiv:1904.12848, appendix A.1): labelled pictures that the network gets right more
 * surely than a rising threshold teach nothing, so that few labels are not learnt by heart before the unlabelled
 * pictures have had their say.
 *
 * <pre>eta_t = alpha_t (1 - 1/K) + 1/K</pre>
 */
public enum SignalAnnealing {
    /** All labelled pictures count at all times. */
    NONE,
    /** alpha = 1 - exp(-5 t/T): for many labels. */
    LOG,
    /** alpha = t/T. */
    LINEAR,
    /** alpha = exp(5 (t/T - 1)): for few labels. */
    EXP;

    private static final double STEEPNESS = 5;

    /**
     * eta.
     *
     * @param done t/T, 0 to 1
     * @param classes K
     * @return from 1/K to 1
     */
    double threshold(double done, int classes) {
        double alpha = switch (this) {
            case NONE -> 1;
            case LOG -> 1 - Math.exp(-STEEPNESS * done);
            case LINEAR -> done;
            case EXP -> Math.exp(STEEPNESS * (done - 1));
        };
        double least = 1.0 / classes;
        return alpha * (1 - least) + least;
    }

    /**
     * 1 where a picture counts, else 0.
     *
     * @param logits [N, K]
     * @param labels int64 [N]
     * @return [N] without gradient
     */
    Tensor mask(Tensor logits, Tensor labels, Step step) {
        double eta = threshold((double) step.index() / step.total(), (int) logits.size(1));
        Tensor p = logits.detach().to(ScalarType.Float).softmax(1);
        Tensor right = p.gather(1, labels.unsqueeze(1)).squeeze(1); // [N]
        return right.le(new Scalar(eta)).to(ScalarType.Float);
    }

    /** The cross entropy of the pictures that count, over their number; 0 where there are none. */
    static Tensor loss(Tensor logits, Tensor labels, Tensor mask) {
        Tensor each = CrossEntropy.each(logits, labels); // [N]
        return each.mul(mask).sum().div(mask.sum().clamp_min(new Scalar(1.0)));
    }
}
