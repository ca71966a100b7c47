package io.halflight.method;

import io.halflight.augment.InceptionView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Triplet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * S4L-Exemplar (arXiv:1905.03670): the labelled pictures teach classes, in several distorted copies, and
 * copies of a picture shall lie closer together than to any copy of another picture of their stream.
 *
 * <pre>L = CE_class + w ( triplets(labelled) + triplets(unlabelled) ) / 2</pre>
 *
 * No loss is expected of a fresh network, see {@link Exemplar}.
 */
public final class S4lExemplar implements Method {
    private final AveragedClassifier network;
    private final LinearImpl embedding;
    private final int copies;
    private final InceptionView.Config view;
    private final double weight;

    /**
     * Trains the network and the second head.
     *
     * @param embedding linear layer, the encoder's h to [N, 1000] in the paper
     * @param copies of each picture of both streams in a step, at least 2; 8 in the paper
     * @param view how each copy is distorted
     * @param weight w, above 0; 1 in the paper
     */
    public S4lExemplar(
            AveragedClassifier network, LinearImpl embedding, int copies, InceptionView.Config view, double weight) {
        if (copies < 2) {
            throw new IllegalArgumentException("copies must be at least 2, got " + copies);
        }
        if (!(weight > 0)) {
            throw new IllegalArgumentException("weight must be above 0, got " + weight);
        }
        this.network = network;
        this.embedding = embedding;
        this.copies = copies;
        this.view = view;
        this.weight = weight;
    }

    @Override
    public ViewPolicy views() {
        Transform t = new InceptionView(view);
        return new ViewPolicy(Collections.nCopies(copies, t), Collections.nCopies(copies, t));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        TensorVector views = new TensorVector();
        long b = add(views, batch.labelled());
        long bu = add(views, batch.unlabelled());
        Tensor h = network.online().embed(torch.cat(views, 0)); // [copies (B + B_u), d]
        Tensor classes = network.online().classify(h.narrow(0, 0, copies * b)); // [copies B, K]
        Tensor labels = batch.labelled().labels().repeat(copies);
        Tensor supervised = CrossEntropy.loss(classes, labels, 0);
        Tensor z = embedding.forward(h);
        Tensor triplets = triplets(z.narrow(0, 0, copies * b), b)
                .add(triplets(z.narrow(0, copies * b, copies * bu), bu))
                .mul(new Scalar(0.5));
        Tensor loss = supervised.add(triplets, new Scalar(weight));
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("supervisedLoss", supervised.detach());
        parts.put("tripletLoss", triplets.detach());
        parts.put("trainAccuracy", Accuracy.of(classes, labels));
        return new Loss(loss, parts);
    }

    /** Copy by copy; returns the number of pictures. */
    private long add(TensorVector views, Batch.Stream stream) {
        for (int i = 0; i < copies; i++) {
            views.push_back(stream.view(i));
        }
        return stream.view(0).size(0);
    }

    private Tensor triplets(Tensor z, long pictures) {
        TensorOptions longs = new TensorOptions(z.device()).dtype(new ScalarTypeOptional(ScalarType.Long));
        return Triplet.loss(z, torch.arange(new Scalar(pictures), longs).repeat(copies));
    }

    @Override
    public void afterUpdate(Step step) {
        network.afterUpdate(step);
    }

    @Override
    public Trainable trainable() {
        return Classifiers.with(network.trainable(), embedding, "embedding");
    }

    @Override
    public void train(boolean training) {
        network.train(training);
        embedding.train(training);
    }
}
