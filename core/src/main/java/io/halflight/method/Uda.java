package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Entropy;
import io.halflight.loss.KullbackLeibler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * UDA (arXiv:1904.12848, equation 1, with confidence mask and sharpening): what the network says of a picture, sharpened,
 * it shall say of a strongly distorted view.
 *
 * <pre>
 * L_cons = 1/|B_u| sum_x 1[max_y p~(y|x) > beta] KL( softmax(z~/tau) || p(y|x^) )
 * L      = L_sup + lambda L_cons
 * </pre>
 *
 * Mask and target come from the clean view without gradient, the mask from probabilities as they are, the target from
 * sharpened ones. The sum is divided by all unlabelled pictures of the batch. Labelled, clean and distorted views go
 * through the network together. The paper writes a cross entropy; its code takes the divergence, which has the same
 * gradient.
 */
public final class Uda implements Method {
    /**
     * Hyper-parameters.
     *
     * @param temperature tau of the clean logits, above 0; 0.4 in the paper's vision runs, 1 does not sharpen
     * @param threshold beta, 0 to below 1; 0.8 on CIFAR-10, 0.5 on ImageNet, 0 to take every answer
     * @param weight lambda, above 0; 1, or 20 on a tenth of ImageNet
     * @param entropyWeight of the clean views' entropy, at least 0; 0 in most runs
     * @param annealing of the labelled loss; none in the vision runs
     */
    public record Config(
            double temperature, double threshold, double weight, double entropyWeight, SignalAnnealing annealing) {
        public Config {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
            if (!(threshold >= 0 && threshold < 1)) {
                throw new IllegalArgumentException("threshold must be in [0, 1), got " + threshold);
            }
            if (!(weight > 0)) {
                throw new IllegalArgumentException("weight must be above 0, got " + weight);
            }
            if (!(entropyWeight >= 0)) {
                throw new IllegalArgumentException("entropy weight must be at least 0, got " + entropyWeight);
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
     * @param weak of labelled pictures and the clean view of unlabelled ones
     * @param strong of unlabelled pictures
     * @param targets how probabilities are corrected and chosen from
     */
    public Uda(AveragedClassifier network, Transform weak, Transform strong, PseudoTargets targets, Config config) {
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
        boolean annealed = config.annealing() != SignalAnnealing.NONE;
        Tensor counts = config.annealing().mask(logits.get(0), labels, step); // [B]
        Tensor supervised = annealed
                ? SignalAnnealing.loss(logits.get(0), labels, counts)
                : CrossEntropy.loss(logits.get(0), labels, 0);
        PseudoTargets.Chosen chosen = targets.choose(logits.get(1).detach(), config.threshold(), step, true);
        Tensor target = chosen.logits().div(new Scalar(config.temperature())); // [B_u, K]
        Tensor each = KullbackLeibler.each(target, logits.get(2)); // [B_u]
        Tensor consistency = each.mul(chosen.mask()).mean(); // L_cons
        Tensor loss = supervised.add(consistency, new Scalar(config.weight()));
        if (config.entropyWeight() > 0) {
            loss = loss.add(Entropy.mean(logits.get(1)), new Scalar(config.entropyWeight()));
        }
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("supervisedLoss", supervised.detach());
        parts.put("consistencyLoss", consistency.detach());
        parts.put("trainAccuracy", Accuracy.of(logits.get(0), labels));
        if (annealed) {
            parts.put("annealedShare", counts.mean());
        }
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
