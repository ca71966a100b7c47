package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The contrastive loss of MoCo (arXiv:1911.05722, equation 1): among its own key and K keys of a queue, which one shows
 * the query's picture? Similarities are cosines over tau, in float32.
 */
public final class InfoNce {
    static {
        NativeTorch.load();
    }

    private InfoNce() {}

    /**
     * The loss, a mean over the queries.
     *
     * @param q queries [N, d], not normalised
     * @param k their keys [N, d], in the same order, without gradient
     * @param queue earlier keys [K, d] of length 1, without gradient
     * @param tau temperature, above 0
     * @return a scalar, about ln(K + 1) before anything is learnt
     */
    public static Tensor loss(Tensor q, Tensor k, Tensor queue, double tau) {
        if (q.dim() != 2 || !Arrays.equals(q.shape(), k.shape()) || queue.size(1) != q.size(1)) {
            throw new IllegalArgumentException("queries and keys must be [N, d] and the queue [K, d], got %s, %s and %s"
                    .formatted(Arrays.toString(q.shape()), Arrays.toString(k.shape()), Arrays.toString(queue.shape())));
        }
        if (!(tau > 0)) {
            throw new IllegalArgumentException("tau must be above 0, got " + tau);
        }
        Scalar temperature = new Scalar(tau);
        try (Autocast full = Autocast.off(q.device())) {
            Tensor query = UnitRows.of(q); // [N, d]
            Tensor positive = query.mul(UnitRows.of(k)).sum(1).div(temperature); // [N]
            Tensor negative = query.mm(queue.t()).div(temperature); // [N, K]
            Tensor logits = torch.cat(new TensorVector(positive.unsqueeze(1), negative), 1); // [N, 1 + K]
            return torch.logsumexp(logits, 1).sub(positive).mean();
        }
    }
}
