package io.halflight.method;

import static java.util.Objects.requireNonNull;

import io.halflight.backbone.ImageClassifier;
import io.halflight.nn.StillStatistics;
import io.halflight.optim.MovingAverage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A classifier that learns and, where there is one, the average of its weights over time that is kept in the end. In the
 * state the kept network bears the plain names, so that whatever follows a stage finds the average without knowing of it.
 */
public final class AveragedClassifier {
    private static final String ONLINE = Trainable.PRIVATE + "online.";

    private final ImageClassifier online;
    private final @Nullable ImageClassifier average;
    private final @Nullable MovingAverage follows;
    private final ToDoubleFunction<Step> tau;

    /** Keeps the network itself. */
    public AveragedClassifier(ImageClassifier online) {
        this.online = online;
        average = null;
        follows = null;
        tau = step -> 0;
    }

    /**
     * Keeps an average, which starts at the network's first weights.
     *
     * @param average of the same architecture; in evaluation mode but for {@link #teach}
     * @param tau share that it keeps at each step, 0 to 1
     * @param counted whether early steps keep less, see {@link MovingAverage#countedTau}
     */
    public AveragedClassifier(
            ImageClassifier online,
            ImageClassifier average,
            double tau,
            boolean counted,
            MovingAverage.Statistics statistics) {
        this(online, average, step -> counted ? MovingAverage.countedTau(tau, step.index()) : tau, statistics);
    }

    private AveragedClassifier(
            ImageClassifier online,
            ImageClassifier average,
            ToDoubleFunction<Step> tau,
            MovingAverage.Statistics statistics) {
        this.online = online;
        this.average = average;
        this.tau = tau;
        follows = new MovingAverage(online, average, statistics);
        follows.start();
        average.eval();
    }

    /**
     * Keeps an average in which a step counts half as much as one that lies a given share of the run later, and the first
     * weights nothing, as S4L does (arXiv:1905.03670, published code).
     *
     * @param average of the same architecture
     * @param halfLife share of all steps, above 0
     */
    public static AveragedClassifier halving(
            ImageClassifier online, ImageClassifier average, double halfLife, MovingAverage.Statistics statistics) {
        if (!(halfLife > 0)) {
            throw new IllegalArgumentException("the half-life must be above 0, got " + halfLife);
        }
        return new AveragedClassifier(
                online,
                average,
                step -> MovingAverage.debiasedTau(Math.pow(0.5, 1 / (halfLife * step.total())), step.index()),
                statistics);
    }

    /** The network that learns. */
    public ImageClassifier online() {
        return online;
    }

    /** Whether there is an average. */
    boolean averages() {
        return average != null;
    }

    /** The network that is evaluated and kept: the average, or without one the network that learns. */
    public ImageClassifier kept() {
        return average == null ? online : average;
    }

    /**
     * The logits of several views in one forward pass, so that batch normalisation sees them together.
     *
     * @param views each [N_i, C, H, W]
     * @return each [N_i, K]
     */
    List<Tensor> logits(Tensor... views) {
        Tensor all = online.forward(torch.cat(new TensorVector(views), 0));
        Tensor[] parts = new Tensor[views.length];
        long from = 0;
        for (int i = 0; i < views.length; i++) {
            parts[i] = all.narrow(0, from, views[i].size(0));
            from += views[i].size(0);
        }
        return List.of(parts);
    }

    /**
     * The average's own answer: by the statistics of these pictures, like that of a network that learns, but without
     * gradient, and without a trace in its running statistics.
     *
     * @param x [N, C, H, W]
     * @return logits [N, K]
     */
    Tensor teach(Tensor x) {
        ImageClassifier teacher = requireNonNull(average, "the average is the teacher, and there is none");
        try (NoGradGuard guard = new NoGradGuard();
                StillStatistics still = new StillStatistics()) {
            teacher.train(true);
            return teacher.forward(x);
        } finally {
            teacher.eval();
        }
    }

    void afterUpdate(Step step) {
        if (follows != null) {
            follows.update(tau.applyAsDouble(step));
        }
    }

    Trainable trainable() {
        Trainable learns = Classifiers.trainable(online);
        if (average == null) {
            return learns;
        }
        Map<String, Tensor> state = new LinkedHashMap<>(average.state());
        learns.state().forEach((name, tensor) -> state.put(ONLINE + name, tensor));
        return new Trainable(learns.parameters(), state);
    }

    void train(boolean training) {
        online.train(training);
    }
}
