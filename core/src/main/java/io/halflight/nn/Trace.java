package io.halflight.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a network does while it runs. A tensor is known by where it lies, so that a result which is written over an
 * input, as ReLU's is, stands for the newer of both from then on.
 */
final class Trace {
    private static final ThreadLocal<@Nullable Trace> CURRENT = new ThreadLocal<>();

    private final List<Graph.Step> steps = new ArrayList<>();
    private final Map<Long, Integer> values = new HashMap<>();
    private final List<Tensor> seen = new ArrayList<>(); // as long as they live, nothing else can lie there

    Trace(Tensor input) {
        name(input, 0);
    }

    /** Whether somebody wants to know what runs on this thread. */
    static boolean isOpen() {
        return CURRENT.get() != null;
    }

    /** A step of whatever runs on this thread, if somebody wants to know; gives back its result. */
    static Tensor record(Operation operation, Tensor result, Tensor... inputs) {
        Trace trace = CURRENT.get();
        if (trace != null) {
            List<Integer> from = new ArrayList<>();
            for (Tensor input : inputs) {
                from.add(trace.value(input));
            }
            trace.steps.add(new Graph.Step(operation, List.copyOf(from)));
            trace.name(result, trace.steps.size());
        }
        return result;
    }

    /** Runs with this in force on the calling thread. */
    Tensor during(Supplier<Tensor> pass) {
        CURRENT.set(this);
        try {
            return pass.get();
        } finally {
            CURRENT.remove();
        }
    }

    List<Graph.Step> steps() {
        return steps;
    }

    /** The number of the step that made a tensor, counted from 1; 0 for the network's input. */
    int value(Tensor tensor) {
        Integer value = values.get(place(tensor));
        if (value == null) {
            throw new IllegalStateException(
                    "something behind step %d (%s) is no function of Functional or layer of nn, or it learns: it cannot be written down"
                            .formatted(
                                    steps.size(),
                                    steps.isEmpty()
                                            ? "the input"
                                            : steps.get(steps.size() - 1).operation()));
        }
        return value;
    }

    private void name(Tensor tensor, int value) {
        values.put(place(tensor), value);
        seen.add(tensor);
    }

    private static long place(Tensor tensor) {
        return tensor.unsafeGetTensorImpl().address();
    }
}
