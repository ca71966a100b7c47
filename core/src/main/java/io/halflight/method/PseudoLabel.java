package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Pseudo-Label in two rounds (Lee, ICML 2013 workshop, as the baseline of S4L, arXiv:1905.03670): a network
 * trained on the labelled pictures names the class of all others, and a new one is trained on the whole set as if that were
 * the truth.
 *
 * <pre>
 * y'_i = y_i where it is known, else argmax q_i
 * L = mean over pictures of H(y'_i, p(y | x_i))
 * </pre>
 *
 * There is one stream, the whole set: a labelled picture is met as often as any other.
 */
public final class PseudoLabel implements Method {
    private final AveragedClassifier network;
    private final StoredLabels labels;
    private final Transform view;
    private final double labelSmoothing;

    /**
     * Trains the network.
     *
     * @param labels of all pictures: the true ones where they are known, else the first network's probabilities
     * @param labelSmoothing share of the target spread over all classes, 0 to below 1; 0 in S4L
     */
    public PseudoLabel(AveragedClassifier network, StoredLabels labels, Transform view, double labelSmoothing) {
        this.network = network;
        this.labels = labels;
        this.view = view;
        this.labelSmoothing = labelSmoothing;
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(), List.of(view));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor logits = network.logits(batch.unlabelled().view(0)).get(0); // [N, K]
        Tensor y = labels.of(batch.unlabelled()).argmax(new LongOptional(1), false); // [N]
        Tensor loss = CrossEntropy.loss(logits, y, labelSmoothing);
        return step.logged() ? new Loss(loss, Map.of("trainAccuracy", Accuracy.of(logits, y))) : new Loss(loss);
    }

    @Override
    public void afterUpdate(Step step) {
        network.afterUpdate(step);
    }

    /** ln K. */
    @Override
    public double expectedStart(int batch) {
        return Math.log(network.online().classes());
    }

    @Override
    public Trainable trainable() {
        return network.trainable();
    }

    @Override
    public void train(boolean training) {
        network.train(training);
    }
}
