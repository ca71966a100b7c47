package io.halflight.method;

import static org.bytedeco.pytorch.global.torch.cat;

import io.halflight.augment.SimClrView;
import io.halflight.augment.ViewPolicy;
import io.halflight.backbone.Backbone;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.NtXent;
import io.halflight.nn.ProjectionHead;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * SimCLR (arXiv:2002.05709) and the first step of SimCLRv2 (arXiv:2006.10029): two augmented views of a picture attract
 * each other and repel the views of all other pictures of the batch.
 *
 * <p>The two differ in what is handed in: a two-layer head for v1, a three-layer head for v2.
 */
public final class SimClr implements Method {
    /**
     * Hyper-parameters.
     *
     * @param temperature tau of equation 1, above 0; the paper takes 0.1 on ImageNet and 0.5 on CIFAR-10
     * @param augment one policy for both views
     * @param joint whether both views go through one forward pass, so that batch statistics are those of 2N pictures (v1,
     *     section 2.1, and the authors' code); else each view is normalised apart
     * @param groups parts of a batch that are normalised apart, as on that many devices without shared statistics; 1 for
     *     the paper's global statistics
     * @param chunk pictures in memory at a time, the gradient being that of the whole batch; 0 for all
     * @param sum whether the two views' losses are added as in the authors' code, which doubles them, instead of averaged
     *     as in equation 1
     */
    public record Config(
            double temperature, SimClrView.Config augment, boolean joint, int groups, int chunk, boolean sum) {
        public Config {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
            if (groups < 1 || chunk < 0 || chunk == 1) {
                throw new IllegalArgumentException(
                        "groups must be at least 1, chunk 0 or at least 2, got " + groups + " and " + chunk);
            }
            if (chunk > 0 && (groups > 1 || !joint)) {
                throw new IllegalArgumentException("chunks are normalised apart and jointly over both views already: "
                        + "with chunk leave groups at 1 and joint at true");
            }
        }

        /** As in the paper. */
        public Config(double temperature, SimClrView.Config augment) {
            this(temperature, augment, true, 1, 0, false);
        }
    }

    private final Tower tower;
    private final Config config;

    /**
     * Trains the two networks given.
     *
     * @param f encoder, [N, C, H, W] to h [N, d]
     * @param g projection head, h to z [N, 128]
     */
    public SimClr(Backbone f, ProjectionHead g, Config config) {
        this.tower = new Tower(f, g);
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
        Tensor second = batch.unlabelled().view(1); // [N, C, H, W]
        if (config.chunk() > 0 && config.chunk() < first.size(0)) {
            CachedGradients cache = new CachedGradients(tower, first, second, config.chunk());
            CachedGradients.Projections z = cache.project();
            Tensor loss = nce(z.a(), z.b());
            return new Loss(loss, parts(step, z.h(), z.a(), z.b()), () -> cache.backward(loss, z));
        }
        long n = first.size(0);
        Tensor h;
        Tensor a; // [N, 128]
        Tensor b; // [N, 128]
        if (config.joint()) {
            Tower.Output both = tower.forward(interleaved(first, second), config.groups()); // 2N rows
            h = both.h().narrow(0, 0, n / config.groups());
            a = half(both.z(), 0);
            b = half(both.z(), 1);
        } else {
            Tower.Output one = tower.forward(first, config.groups());
            h = one.h();
            a = one.z();
            b = tower.forward(second, config.groups()).z();
        }
        return new Loss(nce(a, b), parts(step, h, a, b));
    }

    /** Both views below each other; with groups, each group holds both views of its pictures. */
    private Tensor interleaved(Tensor first, Tensor second) {
        long n = first.size(0) / config.groups();
        TensorVector rows = new TensorVector();
        for (int i = 0; i < config.groups(); i++) {
            rows.push_back(first.narrow(0, i * n, n));
            rows.push_back(second.narrow(0, i * n, n));
        }
        return cat(rows, 0); // [2N, C, H, W]
    }

    /** The rows of one view, out of what {@link #interleaved} became. */
    private Tensor half(Tensor z, int view) {
        long n = z.size(0) / (2L * config.groups());
        TensorVector rows = new TensorVector();
        for (int i = 0; i < config.groups(); i++) {
            rows.push_back(z.narrow(0, (2 * i + view) * n, n));
        }
        return cat(rows, 0); // [N, 128]
    }

    private Tensor nce(Tensor a, Tensor b) {
        Tensor loss = NtXent.loss(a, b, config.temperature()); // equation 1
        return config.sum() ? loss.mul(new Scalar(2.0)) : loss;
    }

    private Map<String, Tensor> parts(Step step, Tensor h, Tensor a, Tensor b) {
        if (!step.logged()) {
            return Map.of();
        }
        NtXent.Statistics statistics = NtXent.statistics(a.detach(), b.detach(), config.temperature());
        Map<String, Tensor> parts = Diagnostics.of(h, a, b);
        parts.put("positive", statistics.positive());
        parts.put("negative", statistics.negative());
        parts.put("contrastAccuracy", statistics.accuracy());
        return parts;
    }

    @Override
    public double expectedStart(int batch) {
        return NtXent.expectedStart(batch) * (config.sum() ? 2 : 1);
    }

    @Override
    public Trainable trainable() {
        return new Trainable(tower.parameters(), tower.state(""));
    }

    @Override
    public void train(boolean training) {
        tower.train(training);
    }
}
