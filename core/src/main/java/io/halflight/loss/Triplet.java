package io.halflight.loss;

import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Batch-hard triplet loss with a soft margin (Hermans et al., arXiv 1703.07737: L_BH with softplus for the hinge), the
 * pretext task of S4L-Exemplar (arXiv 1905.03670): the furthest view of the same picture shall be nearer than the
 * closest view of any other. Distances are Euclidean, not squared, between rows of length 1, hence in [0, 2]:
 *
 * <pre>  L_i = softplus( max over j != i of the same identity d_ij  -  min over j of other identities d_ij )</pre>
 *
 * <p>A row without a partner of its identity, or with nothing else in the batch, has no triplet: its loss is 0 and it
 * receives no gradient of its own, yet it counts in the mean, so that a step's scale does not hang on the draw. Which
 * rows these are is known on the device alone, and asking would stall it.
 *
 * <p>Everything is computed in float32 (float64 if given), autocast or not.
 */
public final class Triplet {
    /** Floor under squared distances, where the root's slope would be infinite. */
    private static final double LEAST_SQUARE = 1e-12;

    static {
        NativeTorch.load();
    }

    private Triplet() {}

    /**
     * The loss.
     *
     * @param embeddings [M, d], not normalised
     * @param identities int64 [M], equal for views of one picture, any values
     * @return a scalar: the mean over all M rows, in [0, 2.13]; ln 2 while all views look alike
     */
    public static Tensor loss(Tensor embeddings, Tensor identities) {
        return rows(embeddings, identities).mean();
    }

    /** The loss of each row, [M]. */
    static Tensor rows(Tensor embeddings, Tensor identities) {
        check(embeddings, identities);
        try (Autocast full = Autocast.off(embeddings.device())) {
            Tensor z = UnitRows.of(embeddings); // [M, d]
            Tensor same = identities.unsqueeze(1).eq(identities.unsqueeze(0)); // [M, M]
            // The products of all pairs only choose. Distances taken from them would be off by up to 3e-4 in float32
            // near 0, the root of the rounding of 1; the 2M chosen ones are cheap enough for honest differences.
            Tensor order = order(z.detach()); // [M, M]
            Tensor furthest = order.masked_fill(same.logical_not(), new Scalar(Double.NEGATIVE_INFINITY))
                    .fill_diagonal_(new Scalar(Double.NEGATIVE_INFINITY)) // no view is its own partner
                    .argmax(new LongOptional(1), false); // [M]
            Tensor closest = order.masked_fill(same, new Scalar(Double.POSITIVE_INFINITY))
                    .argmin(new LongOptional(1), false); // [M]
            Tensor margin = distance(z, furthest).sub(distance(z, closest)); // [M]
            Tensor partners = same.sum(1); // [M], the row itself included
            Tensor without = partners.eq(new Scalar(1L)).logical_or(partners.eq(new Scalar(z.size(0))));
            return torch.softplus(margin).masked_fill(without, new Scalar(0.0)); // [M]
        }
    }

    /** In each row i the squared distances to all j, less the constant |z_i|^2. */
    private static Tensor order(Tensor z) {
        Tensor squares = z.square().sum(1).unsqueeze(0); // [1, M]; all 1 but for rows of zeros
        return z.mm(z.t()).mul(new Scalar(-2.0)).add(squares);
    }

    /** Of every row to its chosen one, [M]. Equal rows are 1e-6 apart and do not pull at each other. */
    private static Tensor distance(Tensor z, Tensor chosen) {
        Tensor square = z.sub(z.index_select(0, chosen)).square().sum(1); // [M]
        return square.clamp_min(new Scalar(LEAST_SQUARE)).sqrt();
    }

    private static void check(Tensor embeddings, Tensor identities) {
        if (embeddings.dim() != 2
                || identities.dim() != 1
                || embeddings.size(0) != identities.size(0)
                || embeddings.size(0) == 0) {
            throw new IllegalArgumentException(
                    "embeddings must be [M, d] and identities [M] with M above 0, got %s and %s"
                            .formatted(Arrays.toString(embeddings.shape()), Arrays.toString(identities.shape())));
        }
    }
}
