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
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network xi that follows another one, theta, as their average over time: xi = tau xi + (1 - tau) theta. It covers
 * weights, biases and the scales and shifts of normalisations, and running statistics as {@link Statistics} says. Built
 * outside step scopes, after both networks are on their device.
 */
public final class MovingAverage {
    static {
        NativeTorch.load();
    }

    /** Where the average's running statistics come from. */
    public enum Statistics {
        /** Its own forward passes in training mode, as in BYOL's and MoCo's code. */
        OWN,
        /** They are averaged like weights, as in UDA's and Noisy Student's code. */
        AVERAGED,
        /** They are those of the network that learns, as in FixMatch's code. */
        COPIED
    }

    private final List<Tensor> theta = new ArrayList<>();
    private final List<Tensor> xi = new ArrayList<>();
    private final List<Tensor> thetaCopied = new ArrayList<>();
    private final List<Tensor> xiCopied = new ArrayList<>();

    /** With statistics of its own. */
    public MovingAverage(Module online, Module target) {
        this(online, target, Statistics.OWN);
    }

    /**
     * Takes both networks as they are, and the gradients off the target.
     *
     * @param online theta
     * @param target xi, of the same architecture
     */
    public MovingAverage(Module online, Module target, Statistics statistics) {
        Map<String, Tensor> from = StateDict.of(online);
        StateDict.of(target).forEach((name, tensor) -> {
            Tensor source = from.get(name);
            if (source == null) {
                throw new IllegalArgumentException("the average's network has " + name + ", the averaged one has not");
            }
            if (source.requires_grad()) {
                tensor.set_requires_grad(false);
            } else if (statistics == Statistics.OWN) {
                return;
            }
            // A count of batches is a whole number: it has no average.
            boolean copied = !source.requires_grad()
                    && (statistics == Statistics.COPIED || source.scalar_type().intern() != ScalarType.Float);
            (copied ? thetaCopied : theta).add(source);
            (copied ? xiCopied : xi).add(tensor);
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
            for (int i = 0; i < xiCopied.size(); i++) {
                xiCopied.get(i).copy_(thetaCopied.get(i));
            }
        }
    }

    /**
     * TensorFlow's decay with a step count: min(tau, (1 + t) / (10 + t)), so that an average of few steps is not one of
     * first weights.
     *
     * @param tau the decay in the end, 0 to 1
     * @param step t, updates done before this one
     */
    public static double countedTau(double tau, long step) {
        return Math.min(tau, (1.0 + step) / (10.0 + step));
    }

    /**
     * The decay that makes the average of the weights after the first t + 1 steps one in which each step counts tau times
     * as much as the next, with nothing of the first weights: TensorFlow's zero-debiasing.
     *
     * @param tau 0 to below 1
     * @param step t, updates done before this one
     */
    public static double debiasedTau(double tau, long step) {
        double t = (double) step;
        return tau * (1 - Math.pow(tau, t)) / (1 - Math.pow(tau, t + 1));
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
