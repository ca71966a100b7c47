package io.halflight.method;

import io.halflight.data.Batch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A teacher's probabilities for pictures that it has seen once, before the student began. */
public final class StoredLabels {
    private final Tensor probabilities; // [n, K]
    private final int[] rows; // by place in the dataset; -1 for pictures without a label

    /**
     * Takes them as they are; the tensor has to outlive this.
     *
     * @param pictures places in the dataset, length n
     * @param probabilities float32 [n, K], on the training device
     */
    public StoredLabels(int[] pictures, Tensor probabilities) {
        if (probabilities.dim() != 2 || probabilities.size(0) != pictures.length) {
            throw new IllegalArgumentException("probabilities must be [%d, K], got %s"
                    .formatted(pictures.length, Arrays.toString(probabilities.shape())));
        }
        this.probabilities = probabilities;
        rows = new int[Arrays.stream(pictures).max().orElse(-1) + 1];
        Arrays.fill(rows, -1);
        for (int i = 0; i < pictures.length; i++) {
            rows[pictures[i]] = i;
        }
    }

    /** Of a batch's pictures, [N, K]. */
    Tensor of(Batch.Stream stream) {
        int[] indices = stream.indices();
        long[] wanted = new long[indices.length];
        for (int i = 0; i < wanted.length; i++) {
            int row = indices[i] < rows.length ? rows[indices[i]] : -1;
            if (row < 0) {
                throw new IllegalArgumentException("the teacher has not labelled picture " + indices[i]);
            }
            wanted[i] = row;
        }
        Tensor places = Tensors.longs(wanted, wanted.length).to(probabilities.device(), ScalarType.Long);
        return probabilities.index_select(0, places);
    }
}
