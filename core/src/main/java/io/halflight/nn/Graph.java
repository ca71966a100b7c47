package io.halflight.nn;

import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A network in evaluation mode as a list of operations, in the order in which it does them. Value 0 is its input, value i the
 * result of step i, counted from 1. Its tensors belong to the network, to the scope and to the {@link Folding} in which it was made.
 *
 * @param steps all of them
 * @param output the value that is the network's result
 * @param result what the network gave for the example
 */
public record Graph(List<Step> steps, int output, Tensor result) {
    /** One operation on earlier values. */
    public record Step(Operation operation, List<Integer> inputs) {}

    /**
     * Runs a network once and writes down what it does. Sizes behind the batch become those of the example, as a network may treat
     * another side differently. While a {@link Folding} is in force, convolutions have their normalisations in them.
     *
     * @param network in evaluation mode, of layers of this package and what {@link Functional} offers
     * @param example [N, C, H, W]
     * @throws IllegalStateException if the network does something else
     */
    public static Graph of(Layer network, Tensor example) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Trace trace = new Trace(example);
            Tensor result = trace.during(() -> network.forward(example));
            return new Graph(List.copyOf(trace.steps()), trace.value(result), result);
        }
    }
}
