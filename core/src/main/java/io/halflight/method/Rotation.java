package io.halflight.method;

import io.halflight.augment.InceptionView;
import io.halflight.augment.ViewPolicy;
import io.halflight.backbone.Backbone;
import io.halflight.data.Batch;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Rotations;
import io.halflight.nn.ChannelsLast;
import io.halflight.nn.StateDict;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;

/**
 * Rotation as a pretext task (Gidaris et al., arXiv:1803.07728; set up as in S4L, arXiv:1905.03670): by how many quarter
 * turns has a picture been turned? Each picture of the batch is shown in all four ways.
 */
public final class Rotation implements Method {
    private static final int TURNS = 4;

    private final Backbone f;
    private final LinearImpl turns;
    private final InceptionView.Config view;

    /**
     * Trains the two networks given.
     *
     * @param f encoder, [N, C, S, S] to h [N, d]
     * @param turns linear layer, h to logits [N, 4]
     * @param view of each picture before it is turned
     */
    public Rotation(Backbone f, LinearImpl turns, InceptionView.Config view) {
        this.f = f;
        this.turns = turns;
        this.view = view;
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(), List.of(new InceptionView(view)));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor x = batch.unlabelled().view(0); // [N, C, S, S]
        Tensor h = f.forward(ChannelsLast.of(Rotations.all(x))); // [4N, d]
        Tensor logits = turns.forward(h); // [4N, 4]
        Tensor labels = Rotations.labels(x.size(0), x.device()); // [4N]
        Tensor loss = CrossEntropy.loss(logits, labels, 0);
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = Diagnostics.of(h.narrow(0, 0, x.size(0)));
        parts.put("pretextAccuracy", Accuracy.of(logits, labels));
        return new Loss(loss, parts);
    }

    /** ln 4. */
    @Override
    public double expectedStart(int batch) {
        return Math.log(TURNS);
    }

    @Override
    public Trainable trainable() {
        List<Parameter> parameters = new ArrayList<>(Parameters.of(f, "encoder", false));
        parameters.addAll(Parameters.of(turns, "turns", false));
        Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(f, "encoder"));
        state.putAll(StateDict.of(turns, "turns"));
        return new Trainable(parameters, state);
    }

    @Override
    public void train(boolean training) {
        f.train(training);
        turns.train(training);
    }
}
