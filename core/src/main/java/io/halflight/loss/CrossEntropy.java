package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Cross entropy with hard labels, in float32 or better. */
public final class CrossEntropy {
    private static final long NONE = 0; // at::Reduction::None
    private static final long MEAN = 1; // at::Reduction::Mean
    private static final long IGNORED_LABEL = -100; // PyTorch's default, which no dataset here produces

    static {
        NativeTorch.load();
    }

    private CrossEntropy() {}

    /**
     * The mean over the batch.
     *
     * @param logits [N, K]
     * @param labels int64 [N], each from 0 to K - 1: on a GPU any other value ends the process
     * @param labelSmoothing share e of the target spread evenly over all K classes, in [0, 1]
     * @return a scalar
     */
    public static Tensor loss(Tensor logits, Tensor labels, double labelSmoothing) {
        return reduced(logits, labels, labelSmoothing, MEAN);
    }

    /** The losses of the batch's rows one by one, [N], without smoothing; see {@link #loss}. */
    public static Tensor each(Tensor logits, Tensor labels) {
        return reduced(logits, labels, 0, NONE);
    }

    private static Tensor reduced(Tensor logits, Tensor labels, double labelSmoothing, long reduction) {
        if (logits.dim() != 2 || labels.dim() != 1 || logits.size(0) != labels.size(0) || logits.size(0) == 0) {
            throw new IllegalArgumentException("logits must be [N, K] and labels [N] with N above 0, got %s and %s"
                    .formatted(Arrays.toString(logits.shape()), Arrays.toString(labels.shape())));
        }
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException("labelSmoothing must be in [0, 1], got " + labelSmoothing);
        }
        try (Autocast full = Autocast.off(logits.device())) {
            return torch.cross_entropy_loss(
                    Tensors.atLeastFloat(logits),
                    labels,
                    new TensorOptional(),
                    reduction,
                    IGNORED_LABEL,
                    labelSmoothing);
        }
    }
}
