package io.halflight.data;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What one training step sees: up to two streams, already on the training device. */
public record Batch(
        @Nullable Stream labelledStream, @Nullable Stream unlabelledStream) {
    /**
     * One stream.
     *
     * @param views per view a float tensor [N, C, H, W] with values in [0, 1]; row i of every view shows the same picture
     * @param labels int64 [N]; {@link Dataset#UNLABELLED} where the stream carries none
     * @param indices the pictures' places in their dataset, length N
     */
    public record Stream(List<Tensor> views, Tensor labels, int[] indices) {
        public Tensor view(int i) {
            return views.get(i);
        }
    }

    public Stream labelled() {
        if (labelledStream == null) {
            throw new IllegalStateException("this batch has no labelled stream: the method's views() asked for none");
        }
        return labelledStream;
    }

    public Stream unlabelled() {
        if (unlabelledStream == null) {
            throw new IllegalStateException("this batch has no unlabelled stream: the method's views() asked for none");
        }
        return unlabelledStream;
    }
}
