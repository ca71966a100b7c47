package io.halflight.eval;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a network's features say of pictures beside each other, in two dimensions. Features are scaled to length 1 first, for angles are what
 * neighbours are found by.
 *
 * @param pca [n][2], the first two principal components; signs such that the largest value of each is positive
 * @param tsne [n][2], by {@link Tsne} from the first {@value #KEPT} components
 * @param explained shares of the variance that the two components hold, in [0, 1]
 */
public record FeatureMap(float[][] pca, float[][] tsne, float[] explained) {
    private static final int KEPT = 50;

    /** Of fewer pictures there is no map. */
    public static final int LEAST = 8;

    static {
        NativeTorch.load();
    }

    /**
     * The map of some features.
     *
     * @param features [n, d] on the CPU, n at least {@value #LEAST}, d at least 2, finite
     */
    public static FeatureMap of(Tensor features) {
        if (features.dim() != 2 || features.size(0) < LEAST || features.size(1) < 2) {
            throw new IllegalArgumentException(
                    "a map needs %d rows of 2 features, got %s".formatted(LEAST, Arrays.toString(features.shape())));
        }
        Features.check(features, "features");
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor unit = torch.normalize(features);
            Tensor centred = unit.sub(unit.mean(0)); // [n, d]
            T_TensorTensorTensor_T parts =
                    torch.linalg_svd(centred, false, new StringViewOptional()); // U [n, r], S [r], V^T [r, d]
            Tensor values = parts.get1();
            Tensor scores = parts.get0().mul(values); // [n, r]
            Tensor largest = scores.gather(0, scores.abs().argmax(new LongOptional(0), true)); // [1, r]
            scores = scores.mul(torch.where(
                    largest.lt(new Scalar(0)), torch.full_like(largest, new Scalar(-1)), torch.ones_like(largest)));
            Tensor variances = values.mul(values);
            Tensor shares = variances.div(variances.sum().add(new Scalar(1e-30)));
            long kept = Math.min(KEPT, scores.size(1));
            return new FeatureMap(
                    pairs(scores.narrow(1, 0, 2)),
                    pairs(Tsne.of(scores.narrow(1, 0, kept).contiguous())),
                    Arrays.copyOf(Tensors.toFloats(shares), 2));
        }
    }

    /**
     * The most typical row of each class, that of the largest mean cosine to its class.
     *
     * @param labels of the rows, in [0, classes)
     * @return by class; -1 where it has no row
     */
    public static int[] typical(Tensor features, int[] labels, int classes) {
        Features.check(labels, features.size(0), classes);
        int[] typical = new int[classes];
        Arrays.fill(typical, -1);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor unit = torch.normalize(features);
            for (int k = 0; k < classes; k++) {
                List<Long> rows = new ArrayList<>();
                for (int i = 0; i < labels.length; i++) {
                    if (labels[i] == k) {
                        rows.add((long) i);
                    }
                }
                if (!rows.isEmpty()) {
                    long[] own = rows.stream().mapToLong(Long::longValue).toArray();
                    Tensor members = unit.index_select(0, Tensors.longs(own, own.length)); // [m, d]
                    Tensor closeness = members.mv(members.mean(0));
                    typical[k] = (int) own[(int) closeness.argmax().item_long()];
                }
            }
        }
        return typical;
    }

    private static float[][] pairs(Tensor points) {
        float[] flat = Tensors.toFloats(points.contiguous());
        float[][] pairs = new float[flat.length / 2][];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = new float[] {flat[2 * i], flat[2 * i + 1]};
        }
        return pairs;
    }
}
