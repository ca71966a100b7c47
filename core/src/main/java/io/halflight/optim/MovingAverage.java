package io.halflight.optim;

import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A network xi that follows another one, theta, as their average over time: xi = tau xi + (1 - tau) theta. It covers
 * weights, biases and the scales and shifts of normalisations; running statistics come from xi's own forward passes, as
 * in BYOL's and MoCo's code. Built outside step scopes, after both networks are on their device.
 */
public final class MovingAverage {
    static {
        NativeTorch.load();
    }

    private final List<Tensor> theta = new ArrayList<>();
    private final List<Tensor> xi = new ArrayList<>();

    /**
     * Takes both networks as they are, and the gradients off the target.
     *
     * @param online theta
     * @param target xi, of the same architecture
     */
    public MovingAverage(Module online, Module target) {
        Map<String, Tensor> from = StateDict.of(online);
        StateDict.of(target).forEach((name, tensor) -> {
            Tensor source = from.get(name);
            if (source == null) {
                throw new IllegalArgumentException("the average's network has " + name + ", the averaged one has not");
            }
            if (source.requires_grad()) {
                tensor.set_requires_grad(false);
                theta.add(source);
                xi.add(tensor);
            }
        });
    }

    /** Starts the average at the network itself, as MoCo does; BYOL starts it at other random weights. */
    public void start() {
        update(0);
    }

    /**
     * Moves the average once, after the optimiser's step.
     *
     * @param tau share that it keeps, 0 to 1
     */
    public void update(double tau) {
        if (!(tau >= 0 && tau <= 1)) {
            throw new IllegalArgumentException("tau must be from 0 to 1, got " + tau);
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Scalar moved = new Scalar(1 - tau);
            for (int i = 0; i < xi.size(); i++) {
                xi.get(i).lerp_(theta.get(i), moved);
            }
        }
    }

    /**
     * BYOL's tau at a step (arXiv:2006.07733, section 3.3): from the base to 1 on a cosine.
     *
     * @param base tau at step 0, 0 to 1
     * @param step k, counted from 0
     * @param steps K
     */
    public static double cosineTau(double base, long step, long steps) {
        return 1 - (1 - base) * (Math.cos(Math.PI * step / steps) + 1) / 2;
    }
}
