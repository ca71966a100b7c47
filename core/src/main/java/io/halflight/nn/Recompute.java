package io.halflight.nn;

import io.halflight.torch.Autocast;
import io.halflight.torch.Precision;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Trades time for memory (Chen et al., arXiv:1604.06174): of some layers of a {@link Chain} only the results are kept, and what the backward
 * pass needs of their insides is computed again when it gets there. Weights, statistics and random numbers come out the same to the bit; in bfloat16
 * to rounding where a network passes more than once in a step, as its weights' gradients are then added up in float32.
 *
 * <p>While one is open on a thread, forward passes that learn leave such layers out of the graph: {@link #finish} has to follow the backward
 * pass of the loss. A pass whose input wants a gradient of its own is done as always.
 */
public final class Recompute implements AutoCloseable {
    /** Of which layers the insides are computed again. */
    public enum Extent {
        NONE,
        /** The stem and the first group of blocks: more than half of a ResNet-18's feature maps at 32 x 32, less of deeper networks'. */
        FIRST,
        ALL
    }

    private static final ThreadLocal<@Nullable Recompute> CURRENT = new ThreadLocal<>();

    /**
     * A layer that was passed without a graph.
     *
     * @param y its result, a leaf that waits for a gradient
     * @param random state of the generator before it
     */
    private record Passed(Layer layer, Tensor x, Tensor y, Tensor random, Precision precision) {
        void free() {
            x.close();
            y.close();
            random.close();
        }
    }

    private final Extent extent;
    private final @Nullable Recompute outer;
    private final Deque<Passed> passed = new ArrayDeque<>();

    private Recompute(Extent extent) {
        this.extent = extent;
        outer = CURRENT.get();
        CURRENT.set(this);
    }

    /** Opens one for a training step on the calling thread. */
    public static Recompute open(Extent extent) {
        return new Recompute(extent);
    }

    /** How many of the layers are to be passed by {@link #pass}: 0 outside of a training step. */
    static int reach(Tensor x, int early, int all) {
        Recompute current = CURRENT.get();
        if (current == null || !GradMode.is_enabled() || x.requires_grad()) {
            return 0;
        }
        return switch (current.extent) {
            case NONE -> 0;
            case FIRST -> early;
            case ALL -> all;
        };
    }

    /** The layer's result, outside of every scope and, if there is anything to learn in the layer, as a leaf of the graph. */
    static Tensor pass(Layer layer, Tensor x) {
        Recompute current = CURRENT.get();
        if (current == null) {
            throw new IllegalStateException("nothing is open on this thread");
        }
        try (PointerScope scope = new PointerScope()) {
            Device device = x.device();
            Tensor random = generator(device).get_state();
            Tensor result = layer.forward(x);
            if (!result.requires_grad()) {
                return Chain.kept(layer, x, result);
            }
            Tensor y = result.detach(); // the graph ends with this scope
            y.set_requires_grad(true);
            Precision precision = Autocast.isOn(device) ? Precision.BF16 : Precision.FP32;
            // Handles of its own: those of the caller may end before the step does.
            current.passed.add(new Passed(layer, kept(new Tensor(x)), kept(new Tensor(y)), kept(random), precision));
            return kept(y);
        }
    }

    private static <P extends Pointer> P kept(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    /** Adds the gradients of the weights of all layers that were left out; to be called when their results have theirs. */
    public static void finish() {
        Recompute current = CURRENT.get();
        while (current != null && !current.passed.isEmpty()) {
            Passed last = current.passed.removeLast();
            try (PointerScope scope = new PointerScope()) {
                Tensor gradient = new Tensor(last.y().grad());
                last.y().close(); // nobody needs its values any more
                if (gradient.defined()) { // else the loss did not ask for it
                    again(last).backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
                }
            } finally {
                last.x().close();
                last.random().close();
            }
        }
    }

    /**
     * To be called behind a backward pass.
     *
     * @throws IllegalStateException if {@link #finish} was forgotten, without which those layers would not learn
     */
    public void requireFinished() {
        if (!passed.isEmpty()) {
            throw new IllegalStateException(
                    "%d layers wait for their gradients: what runs the backward pass has to call Recompute.finish()"
                            .formatted(passed.size()));
        }
    }

    private static Tensor again(Passed passed) {
        Device device = passed.x().device();
        Generator generator = generator(device);
        Tensor now = generator.get_state();
        generator.set_state(passed.random());
        try (StillStatistics still = new StillStatistics();
                Autocast autocast = Autocast.of(device, passed.precision())) {
            return passed.layer().forward(passed.x());
        } finally {
            generator.set_state(now);
        }
    }

    private static Generator generator(Device device) {
        return torch.globalContext().defaultGenerator(device);
    }

    /** Forgets what is left. */
    @Override
    public void close() {
        passed.forEach(Passed::free);
        passed.clear();
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
    }
}
