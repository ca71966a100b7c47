package io.halflight.eval;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 3.1) for smooth
 * convex functions: the last ten steps model the curvature, and a step is halved until it brings enough.
 */
final class Lbfgs {
    private static final int MEMORY = 10;
    private static final int HALVINGS = 30;
    private static final double SUFFICIENT = 1e-4;

    /** Ends when the gradient is this short, compared with the first. */
    private static final double GRADIENT_TOLERANCE = 1e-6;

    /** Ends when a step lowers the value by no more than this share of it. */
    private static final double VALUE_TOLERANCE = 1e-9;

    /** A function with its gradient. */
    @FunctionalInterface
    interface Objective {
        /** The value at {@code x}; writes the gradient there. */
        double at(double[] x, double[] gradient);
    }

    private record Pair(double[] s, double[] y, double rho) {}

    private Lbfgs() {}

    /** Moves {@code x} to a minimum, in at most that many steps; the value there. */
    static double minimise(Objective objective, double[] x, int iterations) {
        int n = x.length;
        double[] gradient = new double[n];
        double value = objective.at(x, gradient);
        double enough = GRADIENT_TOLERANCE * norm(gradient);
        double[] tried = new double[n];
        double[] triedGradient = new double[n];
        Deque<Pair> pairs = new ArrayDeque<>();
        for (int iteration = 0; iteration < iterations && norm(gradient) > enough; iteration++) {
            double[] direction = direction(gradient, pairs);
            double slope = dot(direction, gradient);
            double step = 1;
            double reached = Double.NaN;
            boolean accepted = false;
            for (int halving = 0; halving < HALVINGS && !accepted; halving++) {
                for (int i = 0; i < n; i++) {
                    tried[i] = x[i] + step * direction[i];
                }
                reached = objective.at(tried, triedGradient);
                accepted = reached <= value + SUFFICIENT * step * slope;
                step /= 2;
            }
            if (!accepted) {
                break; // rounding hides any further progress
            }
            remember(pairs, x, tried, gradient, triedGradient);
            System.arraycopy(tried, 0, x, 0, n);
            System.arraycopy(triedGradient, 0, gradient, 0, n);
            double gain = value - reached;
            value = reached;
            if (gain <= VALUE_TOLERANCE * Math.abs(value)) {
                break;
            }
        }
        return value;
    }

    /** Minus the gradient, times the modelled inverse of the curvature. */
    private static double[] direction(double[] gradient, Deque<Pair> pairs) {
        double[] q = gradient.clone();
        double[] alpha = new double[pairs.size()];
        int at = 0;
        for (Pair pair : pairs) { // from the newest
            alpha[at] = pair.rho * dot(pair.s, q);
            add(q, -alpha[at], pair.y);
            at++;
        }
        Pair newest = pairs.peekFirst();
        // Without a model the first step has length 1 at most: the units of the gradient say nothing about it.
        double scale = newest == null ? 1 / Math.max(1, norm(gradient)) : 1 / (newest.rho * dot(newest.y, newest.y));
        for (int i = 0; i < q.length; i++) {
            q[i] *= scale;
        }
        for (Iterator<Pair> oldest = pairs.descendingIterator(); oldest.hasNext(); ) {
            Pair pair = oldest.next();
            at--;
            add(q, alpha[at] - pair.rho * dot(pair.y, q), pair.s);
        }
        for (int i = 0; i < q.length; i++) {
            q[i] = -q[i];
        }
        return q;
    }

    private static void remember(
            Deque<Pair> pairs, double[] x, double[] next, double[] gradient, double[] nextGradient) {
        double[] s = new double[x.length];
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            s[i] = next[i] - x[i];
            y[i] = nextGradient[i] - gradient[i];
        }
        double curvature = dot(s, y);
        if (curvature <= 1e-10 * norm(s) * norm(y)) {
            return; // flat up to rounding: it would blow up the model
        }
        if (pairs.size() == MEMORY) {
            pairs.removeLast();
        }
        pairs.addFirst(new Pair(s, y, 1 / curvature));
    }

    private static void add(double[] to, double factor, double[] of) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * of[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }
}
