package io.halflight.method;

import static org.bytedeco.pytorch.global.torch.cat;

import io.halflight.augment.InceptionView;
import io.halflight.augment.ViewPolicy;
import io.halflight.backbone.Backbone;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.Triplet;
import io.halflight.nn.StateDict;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
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
 * Exemplar as a pretext task (Dosovitskiy et al., arXiv:1406.6909; with the triplet loss of S4L, arXiv:1905.03670):
 * several distorted copies of a picture lie closer together than to any copy of another picture.
 *
 * <p>No loss is expected of a fresh network: ln 2 = softplus(0) belongs to a collapsed one, and one that is not starts
 * above, by how much its architecture decides.
 */
public final class Exemplar implements Method {
    private final Backbone f;
    private final LinearImpl embedding;
    private final int copies;
    private final InceptionView.Config view;

    /**
     * Trains the two networks given.
     *
     * @param f encoder, [N, C, S, S] to h [N, d]
     * @param embedding linear layer, h to [N, 1000] in S4L
     * @param copies of each picture in a step, at least 2; 8 in S4L
     * @param view how each copy is distorted
     */
    public Exemplar(Backbone f, LinearImpl embedding, int copies, InceptionView.Config view) {
        if (copies < 2) {
            throw new IllegalArgumentException("copies must be at least 2, got " + copies);
        }
        this.f = f;
        this.embedding = embedding;
        this.copies = copies;
        this.view = view;
    }

    @Override
    public ViewPolicy views() {
        Transform t = new InceptionView(view);
        return new ViewPolicy(List.of(), Collections.nCopies(copies, t));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        long n = batch.unlabelled().view(0).size(0);
        TensorVector views = new TensorVector();
        for (int i = 0; i < copies; i++) {
            views.push_back(batch.unlabelled().view(i));
        }
        Tensor h = f.forward(cat(views, 0)); // [copies N, d]
        Tensor identities = torch.arange(
                        new Scalar(n), new TensorOptions(h.device()).dtype(new ScalarTypeOptional(ScalarType.Long)))
                .repeat(copies); // [copies N]
        Tensor loss = Triplet.loss(embedding.forward(h), identities);
        return step.logged() ? new Loss(loss, Diagnostics.of(h.narrow(0, 0, n))) : new Loss(loss);
    }

    @Override
    public Trainable trainable() {
        List<Parameter> parameters = new ArrayList<>(Parameters.of(f, "encoder", false));
        parameters.addAll(Parameters.of(embedding, "embedding", false));
        Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(f, "encoder"));
        state.putAll(StateDict.of(embedding, "embedding"));
        return new Trainable(parameters, state);
    }

    @Override
    public void train(boolean training) {
        f.train(training);
        embedding.train(training);
    }
}
