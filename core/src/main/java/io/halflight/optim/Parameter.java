package io.halflight.optim;

import org.bytedeco.pytorch.Tensor;

/**
 * A tensor to be learnt.
 *
 * @param name its state name
 * @param tensor a leaf with {@code requires_grad}
 * @param kind decides about weight decay and trust ratio
 */
public record Parameter(String name, Tensor tensor, Kind kind) {
    /** What a tensor is for, which decides who decays and adapts it. */
    public enum Kind {
        /** Kernel of a convolution or a linear layer. */
        WEIGHT,
        BIAS,
        /** Scale or shift of a normalisation layer. */
        NORM,
        /** Weight of a supervised classifier, which LARS neither adapts nor decays. */
        CLASSIFIER
    }
}
