package io.halflight.method;

import io.halflight.optim.Parameter;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a stage learns.
 *
 * @param parameters the tensors that the optimiser moves
 * @param state live handles of everything worth saving: weights, running statistics, averages, queues
 */
public record Trainable(List<Parameter> parameters, Map<String, Tensor> state) {
    /** Begins the names of what a method needs to go on, and the network that it leaves does not. */
    public static final String PRIVATE = "method.";
}
