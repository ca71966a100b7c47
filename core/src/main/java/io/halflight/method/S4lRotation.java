package io.halflight.method;

import io.halflight.augment.InceptionView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * S4L-Rotation (arXiv:1905.03670): the labelled pictures teach classes and, together with the unlabelled
 * ones, by how many quarter turns a picture was turned. All pictures are shown in all four ways.
 *
 * <pre>L = CE_class + w ( CE_rot(labelled) + CE_rot(unlabelled) ) / 2</pre>
 */
public final class S4lRotation implements Method {
    private final AveragedClassifier network;
    private final LinearImpl turns;
    private final InceptionView.Config view;
    private final double weight;

    /**
     * Trains the network and the second head.
     *
     * @param turns linear layer, the encoder's h to logits [N, 4]
     * @param view of each picture before it is turned
     * @param weight w, above 0; 1 in the paper
     */
    public S4lRotation(AveragedClassifier network, LinearImpl turns, InceptionView.Config view, double weight) {
        if (!(weight > 0)) {
            throw new IllegalArgumentException("weight must be above 0, got " + weight);
        }
        this.network = network;
        this.turns = turns;
        this.view = view;
        this.weight = weight;
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(new InceptionView(view)), List.of(new InceptionView(view)));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Turned turned = new Turned(network.online(), turns, batch);
        Tensor supervised = turned.classification();
        Tensor loss = supervised.add(turned.rotation(), new Scalar(weight));
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("supervisedLoss", supervised.detach());
        turned.putFigures(parts);
        return new Loss(loss, parts);
    }

    /** ln K + w ln 4. */
    @Override
    public double expectedStart(int batch) {
        return Math.log(network.online().classes()) + weight * Math.log(Turned.TURNS);
    }

    @Override
    public void afterUpdate(Step step) {
        network.afterUpdate(step);
    }

    @Override
    public Trainable trainable() {
        return Classifiers.with(network.trainable(), turns, "turns");
    }

    @Override
    public void train(boolean training) {
        network.train(training);
        turns.train(training);
    }
}
