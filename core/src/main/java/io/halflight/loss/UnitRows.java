package io.halflight.loss;

import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** Rows scaled to length 1, in float32 at least. */
public final class UnitRows {
    /** Under the squared length: a row of zeros stays zero instead of becoming NaN. */
    private static final double FLOOR = 1e-12;

    private UnitRows() {}

    /**
     * x / |x| for each row, as x · rsqrt(max(Σx², 1e-12)).
     *
     * @param rows [N, d]
     * @return [N, d]
     */
    public static Tensor of(Tensor rows) {
        Tensor x = Tensors.atLeastFloat(rows);
        Tensor squared = x.square().sum(new long[] {1}, true, new ScalarTypeOptional()); // [N, 1]
        return x.mul(squared.clamp_min(new Scalar(FLOOR)).rsqrt());
    }
}
