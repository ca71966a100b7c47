package io.halflight.method;

import static org.bytedeco.pytorch.global.torch.cat;

import io.halflight.augment.SimClrView;
import io.halflight.augment.ViewPolicy;
import io.halflight.backbone.Backbone;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.NtXent;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * SimCLR (arXiv:2002.05709) and the first step of SimCLRv2 (arXiv:2006.10029): two augmented views of a picture attract
 * each other and repel the views of all other pictures of the batch.
 *
 * <p>The two differ in what is handed in: a two-layer head for v1, a three-layer head for v2. Both views go through one
 * forward pass, so that batch statistics are those of 2N pictures (v1, section 2.1).
 */
public final class SimClr implements Method {
    /**
     * Hyper-parameters.
     *
     * @param temperature tau of equation 1, above 0; the paper takes 0.1 on ImageNet and 0.5 on CIFAR-10
     * @param augment one policy for both views
     */
    public record Config(double temperature, SimClrView.Config augment) {
        public Config {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
        }
    }

    private final Backbone f;
    private final ProjectionHead g;
    private final Config config;

    /**
     * Trains the two networks given.
     *
     * @param f encoder, [N, C, H, W] to h [N, d]
     * @param g projection head, h to z [N, 128]
     */
    public SimClr(Backbone f, ProjectionHead g, Config config) {
        this.f = f;
        this.g = g;
        this.config = config;
    }

    @Override
    public ViewPolicy views() {
        Transform t = new SimClrView(config.augment());
        return new ViewPolicy(List.of(), List.of(t, t));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor first = batch.unlabelled().view(0); // [N, C, H, W]
        long n = first.size(0);
        Tensor views = cat(new TensorVector(first, batch.unlabelled().view(1)), 0); // [2N, C, H, W]
        Tensor h = f.forward(views); // [2N, d]
        Tensor z = g.forward(h); // [2N, 128]
        Tensor a = z.narrow(0, 0, n); // [N, 128]
        Tensor b = z.narrow(0, n, n); // [N, 128]
        Tensor loss = NtXent.loss(a, b, config.temperature());
        return step.logged() ? new Loss(loss, parts(h, a, b)) : new Loss(loss);
    }

    private Map<String, Tensor> parts(Tensor h, Tensor a, Tensor b) {
        NtXent.Statistics statistics = NtXent.statistics(a.detach(), b.detach(), config.temperature());
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("positive", statistics.positive());
        parts.put("negative", statistics.negative());
        parts.put("contrastAccuracy", statistics.accuracy());
        parts.put("featureDeviation", FeatureDeviation.of(h));
        return parts;
    }

    @Override
    public Trainable trainable() {
        List<Parameter> parameters = new ArrayList<>(Parameters.of(f, "encoder", false));
        parameters.addAll(Parameters.of(g, "head", false));
        Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(f, "encoder"));
        state.putAll(StateDict.of(g, "head"));
        return new Trainable(parameters, state);
    }

    @Override
    public void train(boolean training) {
        f.train(training);
        g.train(training);
    }
}
