package io.halflight.method;

import io.halflight.backbone.ImageClassifier;
import io.halflight.optim.MovingAverage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final double tau;
    private final boolean counted;

    /** Keeps the network itself. */
    public AveragedClassifier(ImageClassifier online) {
        this.online = online;
        average = null;
        follows = null;
        tau = 0;
        counted = false;
    }

    /**
     * Keeps an average, which starts at the network's first weights.
     *
     * @param average of the same architecture; never in training mode
     * @param tau share that it keeps at each step, 0 to 1
     * @param counted whether early steps keep less, see {@link MovingAverage#countedTau}
     */
    public AveragedClassifier(
            ImageClassifier online,
            ImageClassifier average,
            double tau,
            boolean counted,
            MovingAverage.Statistics statistics) {
        this.online = online;
        this.average = average;
        this.tau = tau;
        this.counted = counted;
        follows = new MovingAverage(online, average, statistics);
        follows.start();
        average.eval();
    }

    /** The network that learns. */
    public ImageClassifier online() {
        return online;
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

    void afterUpdate(Step step) {
        if (follows != null) {
            follows.update(counted ? MovingAverage.countedTau(tau, step.index()) : tau);
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
