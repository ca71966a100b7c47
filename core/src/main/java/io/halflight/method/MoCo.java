package io.halflight.method;

import static org.bytedeco.pytorch.global.torch.randperm;

import io.halflight.augment.SimClrView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.InfoNce;
import io.halflight.loss.NtXent;
import io.halflight.nn.ChannelsLast;
import io.halflight.optim.MovingAverage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * MoCo v2 (arXiv:2003.04297; MoCo, arXiv:1911.05722, algorithm 1): a query finds the key of the other view of its picture
 * among the K keys that came before. The keys come from a slowly moving average of the query network, so that those in
 * the queue remain comparable.
 */
public final class MoCo implements Method {
    /**
     * Hyper-parameters; the papers' values for ImageNet in brackets.
     *
     * @param temperature tau, above 0 (0.2)
     * @param augment one policy for both views
     * @param queue K, keys that serve as negatives (65,536)
     * @param momentum m, share that the key network keeps each step (0.999)
     * @param symmetric whether each view is query and key in turn, and both losses are added, as in the authors' example
     *     for CIFAR-10; the papers take the first view as query only
     * @param groups parts of a batch that are normalised apart (8, one a device). With more than one the keys are shuffled
     *     across them, so that a query and its key do not share statistics, by which they could recognise each other
     */
    public record Config(
            double temperature, SimClrView.Config augment, int queue, double momentum, boolean symmetric, int groups) {
        public Config {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
            if (queue < 1 || groups < 1 || !(momentum >= 0 && momentum <= 1)) {
                throw new IllegalArgumentException(
                        "queue and groups must be at least 1 and momentum in [0, 1], got %d, %d and %s"
                                .formatted(queue, groups, momentum));
            }
        }
    }

    private final Tower query;
    private final Tower key;
    private final List<MovingAverage> averages;
    private final MemoryQueue queue;
    private final Config config;

    private final List<Tensor> keys = new ArrayList<>(); // [N, d] each, from loss to afterUpdate

    /**
     * Trains the query network.
     *
     * @param query encoder and projection head
     * @param key of the same architecture; becomes the query network's average
     */
    public MoCo(Tower query, Tower key, Config config) {
        this.query = query;
        this.key = key;
        this.config = config;
        averages = query.followedBy(key);
        averages.forEach(MovingAverage::start);
        queue = new MemoryQueue(
                config.queue(), query.g().width(-1), query.f().parameters().get(0));
        queue.randomise();
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
        keys.clear();
        Tower.Output q = query.forward(first, config.groups());
        Tensor k = key(second); // [N, d]
        Tensor loss = InfoNce.loss(q.z(), k, queue.rows(), config.temperature());
        keys.add(k);
        if (config.symmetric()) {
            Tensor other = key(first);
            Tensor asked = query.forward(second, config.groups()).z();
            loss = loss.add(InfoNce.loss(asked, other, queue.rows(), config.temperature()));
            keys.add(other);
        }
        if (!step.logged()) {
            return new Loss(loss);
        }
        NtXent.Statistics statistics = NtXent.statistics(q.z().detach(), k, config.temperature());
        Map<String, Tensor> parts = Diagnostics.of(q.h(), q.z(), k);
        parts.put("positive", statistics.positive());
        parts.put("negative", statistics.negative());
        parts.put("contrastAccuracy", statistics.accuracy());
        return new Loss(loss, parts);
    }

    /** Keys without gradient, in the order of the pictures. */
    private Tensor key(Tensor views) {
        try (NoGradGuard guard = new NoGradGuard()) {
            if (config.groups() == 1) {
                return key.forward(views).z();
            }
            // Drawn on the CPU, so that a run repeats itself on any device.
            Tensor order = randperm(views.size(0), torch.dtype(ScalarType.Long)).to(views.device(), ScalarType.Long);
            Tensor shuffled = ChannelsLast.of(views.index_select(0, order));
            Tensor z = key.forward(shuffled, config.groups()).z();
            return z.index_select(0, order.argsort());
        }
    }

    @Override
    public void afterUpdate(Step step) {
        averages.forEach(average -> average.update(config.momentum()));
        keys.forEach(queue::push);
        keys.clear();
    }

    /** ln(K + 1), twice where both directions count. A fresh network starts below: its key network is a copy of it. */
    @Override
    public double expectedStart(int batch) {
        return Math.log(config.queue() + 1.0) * (config.symmetric() ? 2 : 1);
    }

    @Override
    public Trainable trainable() {
        Map<String, Tensor> state = new LinkedHashMap<>(query.state(""));
        state.putAll(key.state("key."));
        state.putAll(queue.state());
        return new Trainable(query.parameters(), state);
    }

    @Override
    public void train(boolean training) {
        query.train(training);
        key.train(training);
    }
}
