package io.halflight.method;

import static org.bytedeco.pytorch.global.torch.normalize;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How far features are from collapse: the standard deviation of each dimension of the normalised features over the batch,
 * averaged and multiplied by sqrt(d). About 1 when they fill the sphere, 0 when every picture looks the same to the
 * encoder (SimSiam, arXiv:2011.10566, section 4.1).
 */
final class FeatureDeviation {
    private FeatureDeviation() {}

    /**
     * Measures a batch.
     *
     * @param h features [N, d]
     * @return scalar without gradient
     */
    static Tensor of(Tensor h) {
        Tensor unit = normalize(h.detach().to(ScalarType.Float)); // [N, d]
        return unit.std(new long[] {0}, true, false).mean().mul(new Scalar(Math.sqrt((double) h.size(1))));
    }
}
