package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Compares gradients with central differences in float64, for tests. */
final class Gradients {
    private static final double STEP = 1e-5;

    private Gradients() {}

    static double[] random(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.doubles(count, -1, 1).toArray();
    }

    static void check(Function<Tensor, Tensor> scalar, double[] x, long... shape) {
        Tensor leaf = Tensor.create(x.clone(), shape).set_requires_grad(true);
        Tensor loss = scalar.apply(leaf);
        loss.backward();
        double[] gradient = new double[x.length];
        leaf.grad().contiguous().data_ptr_double().get(gradient);
        for (int i = 0; i < x.length; i++) {
            double slope = (at(scalar, x, i, STEP, shape) - at(scalar, x, i, -STEP, shape)) / (2 * STEP);
            assertThat(gradient[i]).as("component %d", i).isCloseTo(slope, within(1e-7 * Math.max(1, Math.abs(slope))));
        }
        assertThat(Arrays.stream(gradient).map(Math::abs).max().orElse(0)).isGreaterThan(1e-3);
    }

    private static double at(Function<Tensor, Tensor> scalar, double[] x, int i, double shift, long... shape) {
        double[] moved = x.clone();
        moved[i] += shift;
        try (NoGradGuard guard = new NoGradGuard()) {
            return scalar.apply(Tensor.create(moved, shape)).item_double();
        }
    }
}
