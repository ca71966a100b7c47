package io.halflight.method;

import static org.bytedeco.pytorch.global.torch.cat;

import io.halflight.augment.SimClrView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.NtXent;
import io.halflight.optim.MovingAverage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * The memory variant of SimCLRv2 (arXiv:2006.10029, section 2): NT-Xent whose rows have K further negatives, which an
 * averaged copy of the network has left in a queue.
 *
 * <p>The paper leaves details open; here the positive stays the other view of the trained network, the queue takes the
 * average's embeddings of both views after each step, its empty places are no candidates, and the average's running
 * statistics are those of its own passes.
 */
public final class SimClrMemory implements Method {
    /**
     * Hyper-parameters.
     *
     * @param temperature tau, above 0
     * @param augment one policy for both views
     * @param memory K, embeddings in the queue, 65,536 in the paper
     * @param decay share that the average keeps each step, 0.999 in the paper
     */
    public record Config(double temperature, SimClrView.Config augment, int memory, double decay) {
        public Config {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
            if (memory < 1 || !(decay >= 0 && decay <= 1)) {
                throw new IllegalArgumentException(
                        "memory must be at least 1 and decay in [0, 1], got " + memory + " and " + decay);
            }
        }
    }

    private final Tower theta;
    private final Tower xi;
    private final List<MovingAverage> averages;
    private final MemoryQueue queue;
    private final Config config;

    private @Nullable Tensor embeddings; // [2N, 128] of xi, from loss to afterUpdate

    /**
     * Trains the first tower.
     *
     * @param theta encoder and projection head
     * @param xi of the same architecture; becomes the average of theta
     */
    public SimClrMemory(Tower theta, Tower xi, Config config) {
        this.theta = theta;
        this.xi = xi;
        this.config = config;
        averages = theta.followedBy(xi);
        averages.forEach(MovingAverage::start);
        int width = theta.g().width(-1);
        queue = new MemoryQueue(config.memory(), width, theta.f().parameters().get(0));
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
        Tower.Output output = theta.forward(views);
        Tensor a = output.z().narrow(0, 0, n); // [N, 128]
        Tensor b = output.z().narrow(0, n, n); // [N, 128]
        try (NoGradGuard guard = new NoGradGuard()) {
            embeddings = xi.forward(views).z();
        }
        Tensor loss = NtXent.loss(a, b, queue.rows(), config.temperature());
        if (!step.logged()) {
            return new Loss(loss);
        }
        NtXent.Statistics statistics = NtXent.statistics(a.detach(), b.detach(), config.temperature());
        Map<String, Tensor> parts = Diagnostics.of(output.h().narrow(0, 0, n), a, b);
        parts.put("positive", statistics.positive());
        parts.put("negative", statistics.negative());
        parts.put("contrastAccuracy", statistics.accuracy());
        return new Loss(loss, parts);
    }

    @Override
    public void afterUpdate(Step step) {
        averages.forEach(average -> average.update(config.decay()));
        if (embeddings != null) {
            queue.push(embeddings);
            embeddings = null;
        }
    }

    /** ln(2N - 1 + K), with as much of the queue as is filled. */
    @Override
    public double expectedStart(int batch) {
        return Math.log(2.0 * batch - 1 + queue.filled());
    }

    @Override
    public Trainable trainable() {
        Map<String, Tensor> state = new LinkedHashMap<>(theta.state(""));
        state.putAll(xi.state("average."));
        state.putAll(queue.state());
        return new Trainable(theta.parameters(), state);
    }

    @Override
    public void train(boolean training) {
        theta.train(training);
        xi.train(training);
    }
}
