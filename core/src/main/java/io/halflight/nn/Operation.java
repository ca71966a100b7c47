package io.halflight.nn;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One step of a network that does not learn, with all its numbers: what a {@link Graph} is made of, and all that a writer of
 * model files has to know. Tensors are live handles of the network's own weights, or of folded ones.
 */
public sealed interface Operation {
    /** Bytes 0 to 255 to floats 0 to 1. */
    record Unit() implements Operation {}

    /** (x - mean) / deviation for each channel of [N, C, H, W], or with one value for all. */
    record Standardise(float[] mean, float[] deviation) implements Operation {}

    /**
     * A convolution with as many zeros on all sides.
     *
     * @param owner the layer's own kernel, by which it is known in a state; {@code weight} may have a normalisation in it
     * @param weight [out, in / groups, k, k]
     * @param bias [out], null for none
     */
    record Convolution(
            Tensor owner, Tensor weight, @Nullable Tensor bias, long stride, long padding, long groups)
            implements Operation {}

    /** Normalisation of dimension 1 by running statistics, each [C]; a bias may be missing. */
    record Normalisation(Tensor weight, @Nullable Tensor bias, Tensor mean, Tensor variance, double eps)
            implements Operation {}

    /** [N, in] to [N, out] by weight [out, in] and bias [out], null for none. */
    record Linear(Tensor weight, @Nullable Tensor bias) implements Operation {}

    record Relu() implements Operation {}

    /** ReLU that leaves {@code slope} of negative values. */
    record LeakyRelu(double slope) implements Operation {}

    /** x sigmoid(x). */
    record Silu() implements Operation {}

    record Sigmoid() implements Operation {}

    /** Of two tensors of one shape. */
    record Add() implements Operation {}

    /** Of two tensors, of which the second may have sides of 1. */
    record Multiply() implements Operation {}

    record MaxPool(long kernel, long stride, long padding) implements Operation {}

    /** Cells outside count neither in the sum nor in the divisor. */
    record MeanPool(long kernel, long stride, long padding) implements Operation {}

    /** Zeros below and right of [N, C, H, W]. */
    record Pad(long below, long right) implements Operation {}

    /** Rows and columns from 1 on. */
    record Crop(long rows, long columns) implements Operation {}

    /** Over some dimensions, which stay as 1 or go. */
    record Mean(List<Long> dimensions, boolean keep) implements Operation {}

    /** Over one dimension, which goes. */
    record Sum(long dimension) implements Operation {}

    /** To other sizes behind the batch. */
    record Reshape(List<Long> sizes) implements Operation {}

    record Softmax(long dimension) implements Operation {}
}
