package io.halflight.nn;

import org.bytedeco.pytorch.Tensor;

/** One differentiable map from a tensor to a tensor. */
@FunctionalInterface
public interface Layer {
    Tensor forward(Tensor x);
}
