package io.halflight.method;

import io.halflight.loss.UnitRows;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The last K embeddings that went in, each of length 1: the negatives of MoCo (arXiv:1911.05722, section 3.1) and of
 * SimCLRv2's memory. The oldest are overwritten first. It never holds a gradient. Built outside step scopes.
 */
final class MemoryQueue {
    private final Tensor rows; // [K, d]
    private final Tensor position; // int64 [2]: where the next row goes, how many are filled; on the CPU
    private final int capacity;

    /**
     * An empty queue.
     *
     * @param capacity K, at least 1
     * @param width d
     * @param like gives the device
     */
    MemoryQueue(int capacity, int width, Tensor like) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue holds at least 1 row, got " + capacity);
        }
        this.capacity = capacity;
        Tensor zeros = torch.zeros(capacity, width);
        rows = like.is_cpu() ? zeros : zeros.to(like.device(), ScalarType.Float);
        position = torch.zeros(new long[] {2}, torch.dtype(ScalarType.Long));
    }

    /** Fills it with random directions, as MoCo's code starts it. */
    void randomise() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            rows.copy_(UnitRows.of(torch.randn_like(rows)));
            place(0, capacity);
        }
    }

    int capacity() {
        return capacity;
    }

    /** Rows that hold something. */
    int filled() {
        return (int) Tensors.toLongs(position)[1];
    }

    /** The filled rows, [filled, d]; a view, so push only when nothing will look back at it. */
    Tensor rows() {
        return rows.narrow(0, 0, filled());
    }

    /** Takes in embeddings [n, d] of any length; of more than K only the last K stay. */
    void push(Tensor embeddings) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            long n = embeddings.size(0);
            long kept = Math.min(n, capacity);
            Tensor unit = UnitRows.of(embeddings.detach()).narrow(0, n - kept, kept);
            long[] at = Tensors.toLongs(position);
            long first = Math.min(kept, capacity - at[0]);
            rows.narrow(0, at[0], first).copy_(unit.narrow(0, 0, first));
            if (first < kept) {
                rows.narrow(0, 0, kept - first).copy_(unit.narrow(0, first, kept - first));
            }
            place((at[0] + kept) % capacity, Math.min(capacity, at[1] + kept));
        }
    }

    private void place(long next, long filled) {
        position.copy_(Tensors.longs(new long[] {next, filled}, 2));
    }

    /** Everything worth saving. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state =
                new LinkedHashMap<>(); // Map.of has another order in every process, and so would the file
        state.put("queue.rows", rows);
        state.put("queue.position", position);
        return state;
    }
}
