package io.halflight.method;

import io.halflight.optim.MovingAverage;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Which of a network's own answers count as labels. As the papers have it, those of one confidence; on request corrected
 * for a network that favours some classes:
 *
 * <ul>
 *   <li>aligned: probabilities are multiplied by prior / running mean and brought back to a sum of 1, as in ReMixMatch
 *       (arXiv:1911.09785, section 3.1);
 *   <li>with a threshold for each class, which is lower for classes that the network rarely names: tau times the class's
 *       running mean over the largest one, as in FreeMatch (arXiv:2205.07246, equation 8).
 * </ul>
 */
public final class PseudoTargets {
    /**
     * How to correct.
     *
     * @param prior share of each class, K values that add up to 1; empty for no alignment
     * @param classThresholds whether each class has a threshold of its own
     */
    public record Config(List<Double> prior, boolean classThresholds) {
        /** As FixMatch and UDA choose. */
        public static final Config PLAIN = new Config(List.of(), false);

        public Config {
            prior = List.copyOf(prior);
            if (prior.stream().anyMatch(share -> !(share > 0))) {
                throw new IllegalArgumentException("each class needs a share above 0, got " + prior);
            }
        }
    }

    /**
     * What was chosen.
     *
     * @param logits corrected log probabilities, or the logits as they were [N, K]
     * @param classes int64 [N]
     * @param confidence highest corrected probability [N]
     * @param mask 1 where the answer counts, else 0 [N]
     * @param k number of classes
     */
    record Chosen(Tensor logits, Tensor classes, Tensor confidence, Tensor mask, int k) {
        /** More classes are not written down one by one. */
        private static final int LISTED = 100;

        /** For the log: share that counts, mean confidence, and the classes' shares among those that count. */
        Map<String, Tensor> figures() {
            Map<String, Tensor> figures = new LinkedHashMap<>();
            figures.put("maskRate", mask.mean());
            figures.put("confidence", confidence.mean());
            if (k <= LISTED) {
                Tensor counted = torch.one_hot(classes, k).to(ScalarType.Float).mul(mask.unsqueeze(1));
                Tensor shares = counted.sum(0).div(mask.sum().clamp_min(new Scalar(1.0))); // [K]
                for (int c = 0; c < k; c++) {
                    figures.put("pseudo." + c, shares.get(c));
                }
            }
            return figures;
        }
    }

    /** Of the running mean, as FreeMatch has it. */
    private static final double DECAY = 0.999;

    private final Config config;
    private final int k;
    private final @Nullable Tensor prior; // [K]
    private final @Nullable Tensor mean; // running mean of the probabilities [K]

    /**
     * Starts with equal means.
     *
     * @param like a tensor on the training device
     */
    public PseudoTargets(Config config, int classes, Tensor like) {
        this.config = config;
        k = classes;
        if (!config.prior().isEmpty() && config.prior().size() != classes) {
            throw new IllegalArgumentException(
                    "a prior of " + config.prior().size() + " classes for a network of " + classes);
        }
        prior = config.prior().isEmpty() ? null : vector(config.prior(), like);
        boolean corrected = prior != null || config.classThresholds();
        mean = corrected ? torch.full(new long[] {k}, new Scalar(1.0 / k), like.options()) : null;
        if (mean != null) {
            mean.set_requires_grad(false);
        }
    }

    private static Tensor vector(List<Double> values, Tensor like) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return Tensors.floats(floats, floats.length).to(like.device(), ScalarType.Float);
    }

    /** Those whose confidence reaches the threshold; see {@link #choose(Tensor, double, Step, boolean)}. */
    Chosen choose(Tensor logits, double threshold, Step step) {
        return choose(logits, threshold, step, false);
    }

    /**
     * Chooses from a batch and learns its mean.
     *
     * @param logits [N, K] without gradient
     * @param threshold 0 to 1
     * @param above whether the confidence has to be above the threshold, else it may equal it
     */
    Chosen choose(Tensor logits, double threshold, Step step, boolean above) {
        Tensor answers = logits.to(ScalarType.Float);
        Tensor p = answers.softmax(1); // [N, K]
        if (mean != null) {
            double tau = MovingAverage.countedTau(DECAY, step.index());
            mean.lerp_(p.mean(0), new Scalar(1 - tau));
        }
        if (mean != null && prior != null) {
            answers = p.clamp_min(new Scalar(1e-12))
                    .log()
                    .add(prior.log())
                    .sub(mean.clamp_min(new Scalar(1e-6)).log())
                    .log_softmax(1);
            p = answers.exp();
        }
        Tensor classes = p.argmax(new LongOptional(1), false); // [N]
        Tensor confidence = p.amax(new long[] {1}, false); // [N]
        Tensor least = torch.full_like(confidence, new Scalar(threshold)); // [N]
        if (mean != null && config.classThresholds()) {
            least = mean.div(mean.max()).mul(new Scalar(threshold)).index_select(0, classes);
        }
        Tensor mask = (above ? confidence.gt(least) : confidence.ge(least)).to(ScalarType.Float);
        return new Chosen(answers, classes, confidence, mask, k);
    }

    /** What is learnt here is saved with the method. */
    Trainable with(Trainable trainable) {
        if (mean == null) {
            return trainable;
        }
        Map<String, Tensor> state = new LinkedHashMap<>(trainable.state());
        state.put(Trainable.PRIVATE + "meanProbabilities", mean);
        return new Trainable(trainable.parameters(), state);
    }
}
