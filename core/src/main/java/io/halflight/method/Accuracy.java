package io.halflight.method;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Share of a batch whose highest logit is at its label. */
final class Accuracy {
    private Accuracy() {}

    /**
     * Measures a batch.
     *
     * @param logits [N, K]
     * @param labels int64 [N]
     * @return scalar in [0, 1] without gradient
     */
    static Tensor of(Tensor logits, Tensor labels) {
        Tensor predictions = logits.detach().argmax(new LongOptional(1), false); // [N]
        return predictions.eq(labels).to(ScalarType.Float).mean();
    }
}
