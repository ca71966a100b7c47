package io.halflight.eval;

import io.halflight.HalflightException;
import io.halflight.data.Seeds;
import io.halflight.optim.CosineSchedule;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Linear classifiers on frozen features: how much of the classes a plane can read off them.
 *
 * <p>{@link #fit} solves a convex problem and has one answer; {@link #sgd} follows SimCLR's training schedule (appendix
 * B.6), for figures to compare with published ones. Both start at zero and run on the features' device.
 */
public final class LinearProbe {
    /** A column varies by at least this share of the typical one, or is scaled as if it did. */
    private static final double LEAST_SPREAD = 1e-3;

    private static final int ROWS = 8192;

    /**
     * Logistic regression.
     *
     * @param l2 penalty, from 0; see {@link LinearProbe#fit}
     * @param iterations at most, at least 1; it ends earlier when nothing is left to gain
     */
    public record Config(double l2, int iterations) {
        public Config {
            if (!(l2 >= 0) || Double.isInfinite(l2)) {
                throw HalflightException.usage("the penalty l2 of a linear probe must be at least 0, got " + l2);
            }
            if (iterations < 1) {
                throw HalflightException.usage("a linear probe needs at least 1 iteration, got " + iterations);
            }
        }
    }

    /**
     * SimCLR's schedule.
     *
     * @param epochs passes over the features
     * @param batch rows a step, B; clipped to the number of rows
     * @param rate learning rate per 256 rows; the peak is rate * B / 256
     * @param seed of the order
     */
    public record SgdConfig(int epochs, int batch, double rate, long seed) {
        public SgdConfig {
            if (epochs < 1 || batch < 1) {
                throw HalflightException.usage(
                        "epochs and batch of a linear probe must be at least 1, got " + epochs + " and " + batch);
            }
            if (!(rate > 0) || Double.isInfinite(rate)) {
                throw HalflightException.usage("the learning rate of a linear probe must be above 0, got " + rate);
            }
        }

        /** 90 epochs, batch 4096, rate 0.1: the paper's numbers for ImageNet. */
        public static SgdConfig imagenet(long seed) {
            return new SgdConfig(90, 4096, 0.1, seed);
        }

        /** 100 epochs, batch 512, rate 0.1: the authors' numbers for CIFAR-10. */
        public static SgdConfig cifar(long seed) {
            return new SgdConfig(100, 512, 0.1, seed);
        }
    }

    static {
        NativeTorch.load();
    }

    private LinearProbe() {}

    /** A learnt classifier. Holds Java arrays only, so it outlives every scope. */
    public static final class Probe {
        private final int classes;
        private final float[] weight; // [K, d]
        private final float[] bias; // [K]
        private final float[] mean; // [d]

        private Probe(float[] weight, float[] bias, float[] mean) {
            classes = bias.length;
            this.weight = weight;
            this.bias = bias;
            this.mean = mean;
        }

        /**
         * Classifies features of the kind it learnt from.
         *
         * @param features [n, d]
         * @return float32 [n, K] on the features' device
         */
        public Tensor logits(Tensor features) {
            if (features.dim() != 2 || features.size(1) != mean.length) {
                throw new IllegalArgumentException("the probe reads %d features a row".formatted(mean.length));
            }
            long n = features.size(0);
            try (NoGradGuard guard = new NoGradGuard()) {
                Tensor logits = Tensors.floats(new float[0], 0).to(features.device(), ScalarType.Float);
                logits.resize_(n, classes);
                try (PointerScope scope = new PointerScope()) {
                    Tensor w = on(features, weight, classes, mean.length).t(); // [d, K]
                    Tensor b = on(features, bias, classes);
                    Tensor mu = on(features, mean, mean.length);
                    for (long from = 0; from < n; from += ROWS) {
                        try (PointerScope step = new PointerScope()) {
                            long rows = Math.min(ROWS, n - from);
                            Tensor x = features.narrow(0, from, rows)
                                    .to(ScalarType.Float)
                                    .sub(mu);
                            logits.narrow(0, from, rows).copy_(b.addmm(x, w));
                        }
                    }
                }
                return logits;
            }
        }
    }

    /**
     * Multinomial logistic regression. Each feature is shifted to mean 0 and divided by its standard deviation over the
     * given rows, but not by less than a thousandth of the features' quadratic mean deviation. With W in these units,
     *
     * <pre>
     * mean over rows of -log softmax(W x + b)[label] + l2 / 2 * |W|²
     * </pre>
     *
     * is minimised over W and b by L-BFGS with all rows at every step. Nothing in it is random.
     *
     * @param features [n, d]
     * @param labels length n, in [0, classes)
     * @throws HalflightException for features that are not finite
     */
    public static Probe fit(Tensor features, int[] labels, int classes, Config config) {
        Features.check(features, "features");
        Features.check(labels, features.size(0), classes);
        int d = Math.toIntExact(features.size(1));
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = features.to(ScalarType.Float); // [n, d]
            Tensor mu = x.mean(0); // [d]
            Tensor deviation = x.std(new long[] {0}, false, false); // [d]
            double typical = deviation.square().mean().sqrt().item_double();
            Tensor spread = deviation.clamp_min(new Scalar(Math.max(LEAST_SPREAD * typical, Float.MIN_NORMAL)));
            Tensor standard = x.sub(mu).div_(spread); // [n, d]
            Tensor targets = targets(features, labels);
            double[] solution = new double[classes * (d + 1)]; // W row by row, then b
            Lbfgs.minimise(
                    new SoftmaxRegression(standard, targets, classes, config.l2()), solution, config.iterations());
            float[] scale = Tensors.toFloats(spread);
            float[] weight = new float[classes * d];
            for (int i = 0; i < weight.length; i++) {
                weight[i] = (float) (solution[i] / scale[i % d]);
            }
            float[] bias = new float[classes];
            for (int k = 0; k < classes; k++) {
                bias[k] = (float) solution[classes * d + k];
            }
            return new Probe(weight, bias, Tensors.toFloats(mu));
        }
    }

    /**
     * SimCLR's linear evaluation (arXiv:2002.05709, appendix B.6): softmax regression by SGD with Nesterov momentum
     * 0.9, no warm-up, cosine decay to 0, no regularisation. The features are computed once, hence without the
     * paper's random crops and flips. Each pass has an order of its own and drops the rows that do not fill a batch.
     *
     * @param features [n, d], as they are: nothing is standardised
     * @param labels length n, in [0, classes)
     * @throws HalflightException for features that are not finite, or when the weights become so
     */
    public static Probe sgd(Tensor features, int[] labels, int classes, SgdConfig config) {
        Features.check(features, "features");
        Features.check(labels, features.size(0), classes);
        int n = labels.length;
        int d = Math.toIntExact(features.size(1));
        int batch = Math.min(config.batch(), n);
        int stepsPerEpoch = n / batch;
        CosineSchedule schedule =
                new CosineSchedule(config.rate() * batch / 256, 0, (long) config.epochs() * stepsPerEpoch);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = features.to(ScalarType.Float); // [n, d]
            Tensor targets = targets(features, labels); // [n]
            Momentum weight = new Momentum(on(features, new float[classes * d], classes, d));
            Momentum bias = new Momentum(on(features, new float[classes], classes));
            for (int epoch = 0; epoch < config.epochs(); epoch++) {
                try (PointerScope pass = new PointerScope()) {
                    Tensor order =
                            Tensors.longs(order(n, config.seed(), epoch)).to(features.device(), ScalarType.Long); // [n]
                    for (int step = 0; step < stepsPerEpoch; step++) {
                        try (PointerScope inner = new PointerScope()) {
                            Tensor rows = order.narrow(0, (long) step * batch, batch);
                            Tensor seen = x.index_select(0, rows); // [B, d]
                            Tensor logits = bias.value.addmm(seen, weight.value.t()); // [B, K]
                            Tensor error = SoftmaxRegression.error(logits.softmax(1), targets.index_select(0, rows))
                                    .div_(new Scalar((double) batch));
                            double rate = schedule.at((long) epoch * stepsPerEpoch + step);
                            weight.step(SoftmaxRegression.weightGradient(seen, error), rate);
                            bias.step(error.sum(0), rate);
                        }
                    }
                }
            }
            Probe probe = new Probe(Tensors.toFloats(weight.value), Tensors.toFloats(bias.value), new float[d]);
            for (float w : probe.weight) {
                if (!Float.isFinite(w)) {
                    throw HalflightException.run(
                            "the linear probe diverged at learning rate " + schedule.peak() + ": lower it");
                }
            }
            return probe;
        }
    }

    /** v = 0.9 v + g, then w = w - rate * (g + 0.9 v). */
    private static final class Momentum {
        private static final double MOMENTUM = 0.9;
        private final Tensor value;
        private final Tensor velocity;

        private Momentum(Tensor value) {
            this.value = value;
            velocity = torch.zeros_like(value);
        }

        private void step(Tensor gradient, double rate) {
            velocity.mul_(new Scalar(MOMENTUM)).add_(gradient);
            value.add_(gradient.add(velocity, new Scalar(MOMENTUM)), new Scalar(-rate));
        }
    }

    private static Tensor targets(Tensor features, int[] labels) {
        return Tensors.longs(Features.toLongs(labels)).to(features.device(), ScalarType.Long);
    }

    private static Tensor on(Tensor other, float[] values, long... shape) {
        return Tensors.floats(values, shape).to(other.device(), ScalarType.Float);
    }

    private static long[] order(int n, long seed, int epoch) {
        SplittableRandom random = Seeds.random(seed, "linear probe/order", epoch);
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
