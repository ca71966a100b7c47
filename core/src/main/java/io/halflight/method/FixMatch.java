package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * FixMatch (arXiv:2001.07685): what the network says of a weakly distorted picture, where it is sure, is the label of the
 * strongly distorted one.
 *
 * <pre>
 * q_b = p(y | alpha(u_b))                                                       weak view, no gradient
 * l_u = 1/(mu B) sum_b 1[max q_b >= tau] H(argmax q_b, p(y | A(u_b)))           equation 4
 * l   = l_s + lambda_u l_u
 * </pre>
 *
 * The sum is divided by all unlabelled pictures of the batch, not by those that passed. Labelled, weak and strong views go
 * through the network together, as in the authors' code, and share their batch statistics.
 */
public final class FixMatch implements Method {
    /**
     * Hyper-parameters.
     *
     * @param threshold tau, 0 to below 1; 0.95 in the paper
     * @param weight lambda_u, above 0; 1 in the paper
     * @param labelSmoothing of the labelled loss; 0 in the paper
     */
    public record Config(double threshold, double weight, double labelSmoothing) {
        public Config {
            if (!(threshold >= 0 && threshold < 1)) {
                throw new IllegalArgumentException("threshold must be in [0, 1), got " + threshold);
            }
            if (!(weight > 0)) {
                throw new IllegalArgumentException("weight must be above 0, got " + weight);
            }
        }
    }

    private final AveragedClassifier network;
    private final Transform weak;
    private final Transform strong;
    private final PseudoTargets targets;
    private final Config config;

    /**
     * Trains the network.
     *
     * @param weak alpha, of labelled and unlabelled pictures
     * @param strong A, of unlabelled pictures
     * @param targets how probabilities are corrected and chosen from
     */
    public FixMatch(
            AveragedClassifier network, Transform weak, Transform strong, PseudoTargets targets, Config config) {
        this.network = network;
        this.weak = weak;
        this.strong = strong;
        this.targets = targets;
        this.config = config;
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(weak), List.of(weak, strong));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Batch.Stream u = batch.unlabelled();
        List<Tensor> logits = network.logits(batch.labelled().view(0), u.view(0), u.view(1));
        Tensor labels = batch.labelled().labels(); // [B]
        Tensor supervised = CrossEntropy.loss(logits.get(0), labels, config.labelSmoothing());
        PseudoTargets.Chosen chosen = targets.choose(logits.get(1).detach(), config.threshold(), step); // of [mu B, K]
        Tensor each = CrossEntropy.each(logits.get(2), chosen.classes()); // [mu B]
        Tensor consistency = each.mul(chosen.mask()).mean(); // equation 4
        Tensor loss = supervised.add(consistency, new Scalar(config.weight()));
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("supervisedLoss", supervised.detach());
        parts.put("consistencyLoss", consistency.detach());
        parts.put("trainAccuracy", Accuracy.of(logits.get(0), labels));
        parts.putAll(chosen.figures());
        return new Loss(loss, parts);
    }

    @Override
    public void afterUpdate(Step step) {
        network.afterUpdate(step);
    }

    @Override
    public Trainable trainable() {
        return targets.with(network.trainable());
    }

    @Override
    public void train(boolean training) {
        network.train(training);
    }
}
