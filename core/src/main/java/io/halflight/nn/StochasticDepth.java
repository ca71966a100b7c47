package io.halflight.nn;

import java.util.Arrays;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Stochastic depth (Huang et al., arXiv:1603.09382) in the form of EfficientNet's code: in training a residual branch is
 * dropped for each picture of the batch on its own, and divided by the probability to keep it, so that its mean stays
 * what it is in evaluation.
 *
 * <p>The draws come from torch's global generator. At rate 0 and in evaluation nothing is drawn and the branch is handed
 * through.
 */
public final class StochasticDepth {
    private final double rate;
    private final Scalar keep;
    private final GeneratorOptional global = new GeneratorOptional();

    /**
     * For one branch.
     *
     * @param rate probability to drop it, at least 0 and below 1
     */
    public StochasticDepth(double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("a drop rate must be at least 0 and below 1, got " + rate);
        }
        this.rate = rate;
        this.keep = new Scalar(1 - rate);
    }

    public double rate() {
        return rate;
    }

    /**
     * Drops rows of a branch.
     *
     * @param branch [N, ...], before the shortcut is added
     * @param training whether the block is in training mode
     */
    public Tensor apply(Tensor branch, boolean training) {
        if (!training || rate == 0) {
            return branch;
        }
        long[] rows = new long[(int) branch.dim()];
        Arrays.fill(rows, 1);
        rows[0] = branch.size(0);
        // Zeros and ones first, the division after: 1 / keep has no exact form in half precision.
        Tensor mask = branch.new_empty(rows).bernoulli_(1 - rate, global); // [N, 1, 1, 1]
        return branch.mul(mask).div_(keep);
    }
}
