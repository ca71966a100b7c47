package io.halflight.nn;

import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What networks do between their layers. A network that keeps to these and to the layers of this package can be written down as a
 * {@link Graph}: whatever else it did to a tensor would be missing there.
 */
public final class Functional {
    private static final long[] DILATION = {1, 1};

    private Functional() {}

    /** Bytes 0 to 255 to floats 0 to 1. */
    public static Tensor unit(Tensor bytes) {
        return Trace.record(new Operation.Unit(), bytes.to(ScalarType.Float).div_(new Scalar(255.0)), bytes);
    }

    /** In place. */
    public static Tensor relu(Tensor x) {
        return Trace.record(new Operation.Relu(), x.relu_(), x);
    }

    /** ReLU that leaves {@code slope} of negative values; in place. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        torch.leaky_relu_(x, new Scalar(slope)); // gives a reference to x, which would not keep it
        return Trace.record(new Operation.LeakyRelu(slope), x, x);
    }

    public static Tensor silu(Tensor x) {
        return Trace.record(new Operation.Silu(), torch.silu(x), x);
    }

    public static Tensor sigmoid(Tensor x) {
        return Trace.record(new Operation.Sigmoid(), x.sigmoid(), x);
    }

    /** Adds to the first in place. */
    public static Tensor add(Tensor x, Tensor y) {
        return Trace.record(new Operation.Add(), x.add_(y), x, y);
    }

    /** The product; sides of 1 of the second are repeated. */
    public static Tensor multiply(Tensor x, Tensor y) {
        return Trace.record(new Operation.Multiply(), x.mul(y), x, y);
    }

    /** h [N, in] to [N, out]. */
    public static Tensor linear(LinearImpl layer, Tensor h) {
        Tensor bias = layer.bias();
        var operation = new Operation.Linear(layer.weight(), bias.defined() ? bias : null);
        return Trace.record(operation, layer.forward(h), h);
    }

    /** The highest of each 3x3 cells, at every second place: half the side, rounded up. */
    public static Tensor maxPool(Tensor x) {
        long[] two = {2, 2};
        Tensor y = torch.max_pool2d(x, new long[] {3, 3}, two, new long[] {1, 1}, DILATION, false);
        return Trace.record(new Operation.MaxPool(3, 2, 1), y, x);
    }

    /** The mean of square patches; cells outside the picture do not count. */
    public static Tensor meanPool(Tensor x, int kernel, int stride, int padding) {
        long[] kernels = {kernel, kernel};
        long[] strides = {stride, stride};
        Tensor y =
                torch.avg_pool2d(x, kernels, strides, new long[] {padding, padding}, false, false, new LongOptional());
        return Trace.record(new Operation.MeanPool(kernel, stride, padding), y, x);
    }

    /** Zeros below and right of [N, C, H, W]. */
    public static Tensor pad(Tensor x, long below, long right) {
        return Trace.record(new Operation.Pad(below, right), torch.constant_pad_nd(x, 0, right, 0, below), x);
    }

    /** Without the first row and column of [N, C, H, W], and without what follows so many. */
    public static Tensor crop(Tensor x, long rows, long columns) {
        return Trace.record(
                new Operation.Crop(rows, columns), x.narrow(2, 1, rows).narrow(3, 1, columns), x);
    }

    /** The mean of each feature map: [N, C, H, W] to [N, C]. */
    public static Tensor mean(Tensor x) {
        return mean(x, false, 2, 3);
    }

    /** The mean over some dimensions, which stay as 1 where they are kept. */
    public static Tensor mean(Tensor x, boolean keep, long... dimensions) {
        List<Long> named = Arrays.stream(dimensions).boxed().toList();
        return Trace.record(new Operation.Mean(named, keep), x.mean(dimensions, keep, new ScalarTypeOptional()), x);
    }

    /** The sum over a dimension, which goes. */
    public static Tensor sum(Tensor x, long dimension) {
        return Trace.record(new Operation.Sum(dimension), x.sum(dimension), x);
    }

    /** Other sizes behind the batch. */
    public static Tensor reshape(Tensor x, long... sizes) {
        long[] shape = new long[sizes.length + 1];
        shape[0] = x.size(0);
        System.arraycopy(sizes, 0, shape, 1, sizes.length);
        List<Long> behind = Arrays.stream(sizes).boxed().toList();
        return Trace.record(new Operation.Reshape(behind), x.view(shape), x);
    }

    public static Tensor softmax(Tensor x, long dimension) {
        return Trace.record(new Operation.Softmax(dimension), x.softmax(dimension), x);
    }

    /**
     * (x - mean) / deviation for each channel of [N, C, H, W].
     *
     * @param mean C values, or one for all channels
     * @param deviation as many
     */
    public static Tensor standardise(Tensor x, float[] mean, float[] deviation) {
        Tensor y = mean.length == 1
                ? x.sub(new Scalar(mean[0])).div(new Scalar(deviation[0]))
                : x.sub(perChannel(mean, x)).div(perChannel(deviation, x));
        return Trace.record(new Operation.Standardise(mean, deviation), y, x);
    }

    private static Tensor perChannel(float[] values, Tensor x) {
        Tensor tensor = Tensors.floats(values, 1, values.length, 1, 1);
        return x.is_cpu() ? tensor : tensor.to(x.device(), ScalarType.Float); // some bytes, in the queue of the device
    }
}
