package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The loss of BYOL (arXiv:2006.07733, equation 2): the squared distance of a prediction and its target, both of length 1,
 * which is 2 - 2 cos and lies between 0 and 4. In float32, autocast or not.
 */
public final class CosineRegression {
    static {
        NativeTorch.load();
    }

    private CosineRegression() {}

    /**
     * One of the two terms, a mean over the batch; the paper adds both and halves nothing.
     *
     * @param p predictions [N, d]
     * @param z targets [N, d], without gradient
     * @return a scalar, 2 for unrelated directions
     */
    public static Tensor loss(Tensor p, Tensor z) {
        if (p.dim() != 2 || !Arrays.equals(p.shape(), z.shape())) {
            throw new IllegalArgumentException("predictions and targets must both be [N, d], got %s and %s"
                    .formatted(Arrays.toString(p.shape()), Arrays.toString(z.shape())));
        }
        try (Autocast full = Autocast.off(p.device())) {
            Tensor cosine = UnitRows.of(p).mul(UnitRows.of(z)).sum(1); // [N]
            return torch.sub(cosine.mul(new Scalar(-2.0)), new Scalar(-2.0)).mean();
        }
    }
}
