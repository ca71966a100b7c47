package io.halflight.nn;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Layers one behind the other, of which nothing stays in memory but what somebody still needs. A handle in Java keeps a tensor as
 * long as its scope is open, which is a whole training step: without this a backward pass frees nothing while it makes its gradients (825
 * instead of 648 MB of tensors at the most, SimCLR with a ResNet-18 of width 16 and batch 256), and a pass without gradients holds every
 * feature map at once.
 */
public final class Chain {
    private Chain() {}

    /**
     * Passes x through the layers.
     *
     * @param early how many of them are a network's first part for {@link Recompute.Extent#FIRST}
     * @param layers each of which gives a tensor of its own, or the one it got
     * @return the last one's result, in the caller's scope if there is one
     */
    public static Tensor forward(Tensor x, int early, List<? extends Layer> layers) {
        if (Trace.isOpen()) { // it names tensors and their parts by where they lie
            Tensor y = x;
            for (Layer layer : layers) {
                y = layer.forward(y);
            }
            return y;
        }
        int again = Recompute.reach(x, early, layers.size());
        Tensor y = x;
        try {
            for (int i = 0; i < layers.size(); i++) {
                Tensor next = i < again ? Recompute.pass(layers.get(i), y) : result(layers.get(i), y);
                if (!y.equals(x) && !y.equals(next)) {
                    y.close();
                }
                y = next;
            }
        } catch (RuntimeException | Error e) { // no scope would free it, and with it the whole graph behind it
            if (!y.equals(x)) {
                y.close();
            }
            throw e;
        }
        PointerScope scope = PointerScope.getInnerScope();
        if (!y.equals(x) && scope != null) {
            scope.attach(y);
            y.releaseReference();
        }
        return y;
    }

    /** Outside of every scope; the layer's input itself where that is what it gives. */
    private static Tensor result(Layer layer, Tensor x) {
        try (PointerScope inner = new PointerScope()) {
            return kept(layer, x, layer.forward(x));
        }
    }

    /** A layer's result, to outlive the scope that is open unless it is the layer's input. */
    static Tensor kept(Layer layer, Tensor x, Tensor result) {
        if (!result.equals(x)) {
            if (result.referenceCount() < 1) {
                throw new IllegalStateException(layer + " gives a reference to a tensor that ends with it");
            }
            result.retainReference();
        }
        return result;
    }
}
