package io.halflight.loss;

import io.halflight.torch.NativeTorch;
import java.util.Arrays;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Pictures in all four orientations and the number of each, the pretext task of S4L-Rotation (arXiv 1905.03670, after
 * Gidaris et al., arXiv 1803.07728). Pixels change places only, so no trace of interpolation betrays the angle.
 */
public final class Rotations {
    private static final long COUNT = 4;

    static {
        NativeTorch.load();
    }

    private Rotations() {}

    /**
     * The pictures turned counter-clockwise by 0, 90, 180 and 270 degrees, one block after the other: row r * N + i is
     * picture i after r quarter turns, {@code numpy.rot90} with k = r.
     *
     * @param x square pictures [N, C, S, S]
     * @return [4N, C, S, S] in the memory format of x: convolutions keep their fast path
     */
    public static Tensor all(Tensor x) {
        if (x.dim() != 4 || x.size(2) != x.size(3)) {
            throw new IllegalArgumentException(
                    "pictures must be square, [N, C, S, S], got " + Arrays.toString(x.shape()));
        }
        Tensor transposed = x.transpose(2, 3); // [N, C, S, S]
        Tensor quarter = transposed.flip(2);
        Tensor half = x.flip(2, 3);
        Tensor threeQuarters = transposed.flip(3);
        return torch.cat(new TensorVector(x, quarter, half, threeQuarters), 0) // [4N, C, S, S]
                .contiguous(x.suggest_memory_format());
    }

    /**
     * The number of quarter turns of each row of {@link #all}: n zeros, n ones, n twos, n threes.
     *
     * @param n pictures before the rotation, 0 or more
     * @return int64 [4n]
     */
    public static Tensor labels(long n, Device device) {
        if (n < 0) {
            throw new IllegalArgumentException("a batch has 0 or more pictures, got " + n);
        }
        TensorOptions options = new TensorOptions(device).dtype(new ScalarTypeOptional(ScalarType.Long));
        return torch.arange(new Scalar(COUNT), options).repeat_interleave(n); // [4n]
    }
}
