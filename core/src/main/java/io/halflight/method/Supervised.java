package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Cross-entropy on labelled pictures, all weights trained. With a fresh network this is the supervised baseline; with a
 * pretrained encoder that keeps the first layers of its projection head it is the second step of SimCLRv2
 * (arXiv:2006.10029, section 2, "fine-tuning"). With its first parts frozen and larger pictures it is the end of Noisy
 * Student's training, which mends the difference between sizes in training and test (arXiv:1911.04252, section 3.2, after
 * arXiv:1906.06423).
 */
public final class Supervised implements Method {
    private final ImageClassifier network;
    private final Transform view;
    private final double labelSmoothing;
    private final int frozen;

    /** Trains all of the network. */
    public Supervised(ImageClassifier network, Transform view, double labelSmoothing) {
        this(network, view, labelSmoothing, 0);
    }

    /**
     * Trains the network given.
     *
     * @param labelSmoothing share of the target spread over all classes, 0 to below 1; the papers take 0
     * @param frozen first parts of the encoder that stay as they are, their running statistics too; see
     *     {@link Backbone#freeze}
     */
    public Supervised(ImageClassifier network, Transform view, double labelSmoothing, int frozen) {
        network.backbone().freeze(frozen);
        this.frozen = frozen;
        this.network = network;
        this.view = view;
        this.labelSmoothing = labelSmoothing;
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(view), List.of());
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor logits = network.forward(batch.labelled().view(0)); // [N, K]
        Tensor labels = batch.labelled().labels(); // [N]
        Tensor loss = CrossEntropy.loss(logits, labels, labelSmoothing);
        return step.logged() ? new Loss(loss, Map.of("trainAccuracy", Accuracy.of(logits, labels))) : new Loss(loss);
    }

    /** ln K. */
    @Override
    public double expectedStart(int batch) {
        return Math.log(network.classes());
    }

    @Override
    public Trainable trainable() {
        return Classifiers.trainable(network);
    }

    @Override
    public void train(boolean training) {
        network.train(training);
        network.backbone().still(frozen);
    }
}
