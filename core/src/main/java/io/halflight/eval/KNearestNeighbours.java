package io.halflight.eval;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Weighted nearest neighbours on frozen features (Wu et al., arXiv:1805.01978, section 3.4): the k most similar
 * pictures of the bank vote, each with weight exp(cosine / temperature). It has nothing to train, so it measures the
 * features and nothing else.
 */
public final class KNearestNeighbours {
    /** Similarities held at a time: 64 MiB. */
    private static final long BLOCK = 1L << 24;

    static {
        NativeTorch.load();
    }

    private KNearestNeighbours() {}

    /**
     * Classifies each query; runs on the bank's device.
     *
     * @param bank [M, d]
     * @param bankLabels one per row of the bank, in [0, classes)
     * @param queries [n, d]
     * @param k neighbours, from 1; clipped to M
     * @param temperature above 0; the smaller, the more the nearest count
     * @return length n
     */
    public static int[] predict(Tensor bank, int[] bankLabels, Tensor queries, int classes, int k, double temperature) {
        Features.check(bank, "features of the bank");
        Features.check(queries, "features of the queries");
        Features.check(bankLabels, bank.size(0), classes);
        if (queries.size(1) != bank.size(1)) {
            throw new IllegalArgumentException(
                    "queries have %d features, the bank %d".formatted(queries.size(1), bank.size(1)));
        }
        if (k < 1 || !(temperature > 0)) {
            throw new IllegalArgumentException(
                    "k must be at least 1 and temperature above 0, got %d and %s".formatted(k, temperature));
        }
        int n = Math.toIntExact(queries.size(0));
        int[] predictions = new int[n];
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor keys = unit(bank).t(); // [d, M]
            Tensor labels = Tensors.longs(Features.toLongs(bankLabels)).to(bank.device(), ScalarType.Long); // [M]
            int block = (int) Math.max(1, Math.min(n, BLOCK / bank.size(0)));
            for (int from = 0; from < n; from += block) {
                try (PointerScope step = new PointerScope()) {
                    Tensor asked = queries.narrow(0, from, Math.min(block, n - from)); // [b, d]
                    Tensor votes = votes(keys, labels, asked, classes, k, temperature); // [b, K]
                    long[] winners = Tensors.toLongs(votes.argmax(new LongOptional(1), false));
                    for (int i = 0; i < winners.length; i++) {
                        predictions[from + i] = (int) winners[i];
                    }
                }
            }
        }
        return predictions;
    }

    /** Share of the queries, in [0, 1], whose prediction is their label; the rest as {@link #predict}. */
    public static double accuracy(
            Tensor bank, int[] bankLabels, Tensor queries, int[] queryLabels, int classes, int k, double temperature) {
        Features.check(queryLabels, queries.size(0), classes);
        int[] predictions = predict(bank, bankLabels, queries, classes, k, temperature);
        int right = 0;
        for (int i = 0; i < predictions.length; i++) {
            right += predictions[i] == queryLabels[i] ? 1 : 0;
        }
        return (double) right / predictions.length;
    }

    private static Tensor votes(Tensor keys, Tensor labels, Tensor queries, int classes, int k, double temperature) {
        Tensor similarities = unit(queries.to(keys.device(), ScalarType.Float)).mm(keys); // [b, M]
        T_TensorTensor_T nearest = similarities.topk(Math.min(k, keys.size(1)), 1, true, true);
        Tensor top = nearest.get0(); // [b, k], the most similar first
        Tensor neighbours = nearest.get1(); // [b, k]
        // Measured from the most similar one, which changes no vote: exp(1 / 0.01) is beyond float32.
        Tensor weights =
                top.sub(top.narrow(1, 0, 1)).div(new Scalar(temperature)).exp(); // [b, k]
        Tensor classesOfNeighbours =
                labels.index_select(0, neighbours.flatten()).view_as(neighbours);
        Tensor votes = torch.zeros(new long[] {queries.size(0), classes}, weights.options());
        return votes.scatter_add_(1, classesOfNeighbours, weights);
    }

    private static Tensor unit(Tensor features) {
        return torch.normalize(features.to(ScalarType.Float));
    }
}
