package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How undecided a network is: the entropy of its answers, in float32 or better. */
public final class Entropy {
    static {
        NativeTorch.load();
    }

    private Entropy() {}

    /**
     * The mean over the batch of -sum over classes of p log p.
     *
     * @param logits [N, K]
     * @return a scalar from 0 to ln K
     */
    public static Tensor mean(Tensor logits) {
        if (logits.dim() != 2 || logits.size(0) == 0) {
            throw new IllegalArgumentException(
                    "logits must be [N, K] with N above 0, got " + Arrays.toString(logits.shape()));
        }
        try (Autocast full = Autocast.off(logits.device())) {
            Tensor logP = torch.log_softmax(Tensors.atLeastFloat(logits), 1); // [N, K]
            return logP.exp().mul(logP).sum(1).mean().neg();
        }
    }
}
