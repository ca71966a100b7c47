package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How far one answer of a network is from another: KL(p || q) = sum over classes of p (log p - log q), in float32 or
 * better. Against cross entropy with p it lacks the entropy of p only, so that equal answers cost 0.
 */
public final class KullbackLeibler {
    static {
        NativeTorch.load();
    }

    private KullbackLeibler() {}

    /**
     * Row by row. A gradient reaches both sides: detach the one that is to stay.
     *
     * @param p logits [N, K]
     * @param q logits [N, K]
     * @return [N], each from 0
     */
    public static Tensor each(Tensor p, Tensor q) {
        if (p.dim() != 2 || p.size(0) == 0 || !Arrays.equals(p.shape(), q.shape())) {
            throw new IllegalArgumentException("logits must both be [N, K] with N above 0, got %s and %s"
                    .formatted(Arrays.toString(p.shape()), Arrays.toString(q.shape())));
        }
        try (Autocast full = Autocast.off(p.device())) {
            Tensor logP = torch.log_softmax(Tensors.atLeastFloat(p), 1); // [N, K]
            Tensor logQ = torch.log_softmax(Tensors.atLeastFloat(q), 1); // [N, K]
            return logP.exp().mul(logP.sub(logQ)).sum(1);
        }
    }
}
