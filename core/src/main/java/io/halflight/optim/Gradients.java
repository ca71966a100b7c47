package io.halflight.optim;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What the optimisers share. */
final class Gradients {
    private Gradients() {}

    /** A zero tensor like the parameter: same type, device and layout. */
    static Tensor zeros(Parameter parameter) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return torch.zeros_like(parameter.tensor());
        }
    }

    static void putAll(Map<String, Tensor> state, String slot, List<Parameter> parameters, List<Tensor> tensors) {
        for (int i = 0; i < parameters.size(); i++) {
            state.put(slot + "/" + parameters.get(i).name(), tensors.get(i));
        }
    }

    /** Lets go of the gradients instead of filling them with zeros: no kernel runs, and their memory is free for others. */
    static void forget(List<Parameter> parameters) {
        try (PointerScope scope = new PointerScope()) {
            for (Parameter parameter : parameters) {
                parameter.tensor().mutable_grad().reset();
            }
        }
    }
}
