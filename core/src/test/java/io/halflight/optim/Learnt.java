package io.halflight.optim;

import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Parameters with a given gradient, for tests. */
final class Learnt {
    private Learnt() {}

    static Parameter parameter(String name, Parameter.Kind kind, float... values) {
        return new Parameter(name, Tensors.floats(values).set_requires_grad(true), kind);
    }

    /** Adds to the gradient as a backward pass does. */
    static void gradient(Parameter parameter, float... values) {
        Tensor loss = parameter.tensor().mul(Tensors.floats(values)).sum();
        loss.backward();
    }

    static float[] values(Parameter parameter) {
        return Tensors.toFloats(parameter.tensor());
    }
}
