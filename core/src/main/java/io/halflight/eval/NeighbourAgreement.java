package io.halflight.eval;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How many of a picture's nearest neighbours have its label. A wrong pseudo-label is often alone among them, however sure
 * the classifier was.
 *
 * <p>Every picture meets every other: n m d multiplications in matrix products of a block of rows with all m, and a partial
 * sort of n rows of m, with the similarities of one block in memory. Above {@value #MOST} pictures the neighbours are
 * looked for among every second, third, ... of them, which bounds m.
 */
final class NeighbourAgreement {
    /** Of 512 features each: 60,000 pictures are below it and take 2 x 10^12 multiplications, 120 MiB and a block. */
    private static final int MOST = 100_000;

    /** Similarities held at a time: 64 MiB. */
    private static final long BLOCK = 1L << 24;

    static {
        NativeTorch.load();
    }

    private NeighbourAgreement() {}

    /**
     * The share of the k nearest other rows, by cosine, that have the row's label; runs on the features' device.
     *
     * @param features [n, d]
     * @param labels of all rows, length n
     * @param asked rows to answer for
     * @param k from 1; clipped to the number of other rows
     * @return in [0, 1], one per row asked; 0 where there is no other row
     */
    static float[] shares(Tensor features, int[] labels, int[] asked, int k) {
        return shares(features, labels, asked, k, MOST);
    }

    static float[] shares(Tensor features, int[] labels, int[] asked, int k, int most) {
        Features.check(features, "features");
        if (k < 1 || labels.length != features.size(0)) {
            throw new IllegalArgumentException(
                    "k must be at least 1 and there must be a label a row, got %d and %d of %d"
                            .formatted(k, labels.length, features.size(0)));
        }
        int stride = (labels.length + most - 1) / most;
        float[] shares = new float[asked.length];
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor unit = torch.normalize(features.to(ScalarType.Float)); // [n, d]
            Tensor bank = stride == 1 ? unit : unit.index_select(0, every(stride, labels.length, unit)); // [m, d]
            Tensor keys = bank.t(); // [d, m]
            int m = (int) bank.size(0);
            int block = (int) Math.max(1, Math.min(asked.length, BLOCK / m));
            int near = Math.min(k + 1, m); // the row itself is among them
            for (int from = 0; from < asked.length; from += block) {
                int rows = Math.min(block, asked.length - from);
                try (PointerScope step = new PointerScope()) {
                    Tensor queries = unit.index_select(0, places(asked, from, rows, unit)); // [b, d]
                    long[] nearest = Tensors.toLongs(
                            queries.mm(keys).topk(near, 1, true, true).get1()); // [b, near]
                    for (int i = 0; i < rows; i++) {
                        shares[from + i] = share(nearest, i * near, near, asked[from + i], stride, labels, k);
                    }
                }
            }
        }
        return shares;
    }

    private static float share(long[] nearest, int from, int count, int self, int stride, int[] labels, int k) {
        int seen = 0;
        int same = 0;
        for (int i = from; i < from + count && seen < k; i++) {
            int other = (int) nearest[i] * stride;
            if (other != self) {
                seen++;
                same += labels[other] == labels[self] ? 1 : 0;
            }
        }
        return seen == 0 ? 0 : (float) same / seen;
    }

    private static Tensor every(int stride, int n, Tensor like) {
        long[] rows = new long[(n + stride - 1) / stride];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (long) i * stride;
        }
        return Tensors.longs(rows, rows.length).to(like.device(), ScalarType.Long);
    }

    private static Tensor places(int[] asked, int from, int count, Tensor like) {
        long[] rows = new long[count];
        for (int i = 0; i < count; i++) {
            rows[i] = asked[from + i];
        }
        return Tensors.longs(rows, count).to(like.device(), ScalarType.Long);
    }
}
