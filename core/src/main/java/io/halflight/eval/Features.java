package io.halflight.eval;

import io.halflight.HalflightException;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** What every evaluation asks of the numbers it is given. */
final class Features {
    private Features() {}

    /**
     * Refuses anything but finite [n, d] with n and d at least 1.
     *
     * @param what names the tensor in messages, in the plural
     * @throws HalflightException for NaN and infinity: any figure taken from them would be meaningless
     */
    static void check(Tensor values, String what) {
        if (values.dim() != 2 || values.numel() == 0) {
            throw new IllegalArgumentException(
                    what + " must be [n, d] and not empty, got " + Arrays.toString(values.shape()));
        }
        try (PointerScope scope = new PointerScope()) {
            if (!values.isfinite().all().item_bool()) {
                throw HalflightException.run(
                        "the " + what + " hold NaN or infinity, the network has diverged: train it with"
                                + " a lower learning rate or in fp32");
            }
        }
    }

    /** Refuses labels that are not one per row or not in [0, classes). */
    static void check(int[] labels, long rows, int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException("classes must be at least 1, got " + classes);
        }
        if (labels.length != rows) {
            throw new IllegalArgumentException("%d labels for %d rows".formatted(labels.length, rows));
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        "label %d of row %d is not in [0, %d)".formatted(labels[i], i, classes));
            }
        }
    }

    static long[] toLongs(int[] labels) {
        return Arrays.stream(labels).asLongStream().toArray();
    }
}
