package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Entropy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Virtual adversarial training (arXiv:1704.03976) as the baseline of S4L (arXiv:1905.03670): the answer to a
 * picture shall not change with the small change that would change it most; with an entropy weight (EntMin) it shall be a
 * decided one as well.
 *
 * <pre>L = L_sup + w L_vat + w_e H(p(y | x))</pre>
 */
public final class Vat implements Method {
    /**
     * Hyper-parameters.
     *
     * @param weight w, above 0; 0.5 in S4L
     * @param entropyWeight w_e, from 0; 1 for VAT + EntMin
     * @param labelled whether labelled pictures are changed as well
     * @param adversary how the change is looked for
     */
    public record Config(double weight, double entropyWeight, boolean labelled, VirtualAdversary.Config adversary) {
        public Config {
            if (!(weight > 0)) {
                throw new IllegalArgumentException("weight must be above 0, got " + weight);
            }
            if (!(entropyWeight >= 0)) {
                throw new IllegalArgumentException("entropy weight must be at least 0, got " + entropyWeight);
            }
        }
    }

    private final AveragedClassifier network;
    private final Transform view;
    private final Config config;
    private final VirtualAdversary adversary;

    /**
     * Trains the network.
     *
     * @param view of both streams
     */
    public Vat(AveragedClassifier network, Transform view, Config config) {
        this.network = network;
        this.view = view;
        this.config = config;
        this.adversary = new VirtualAdversary(config.adversary());
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(view), List.of(view));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor l = batch.labelled().view(0);
        Tensor u = batch.unlabelled().view(0);
        List<Tensor> logits = network.logits(l, u);
        Tensor labels = batch.labelled().labels(); // [B]
        Tensor supervised = CrossEntropy.loss(logits.get(0), labels, 0);
        Tensor x = config.labelled() ? cat(l, u) : u; // [M, C, H, W]
        Tensor clean = config.labelled() ? cat(logits.get(0), logits.get(1)) : logits.get(1); // [M, K]
        Tensor adversarial = adversary.loss(network.online(), x, clean);
        Tensor loss = supervised.add(adversarial, new Scalar(config.weight()));
        Tensor entropy = Entropy.mean(clean);
        if (config.entropyWeight() > 0) {
            loss = loss.add(entropy, new Scalar(config.entropyWeight()));
        }
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("supervisedLoss", supervised.detach());
        parts.put("adversarialLoss", adversarial.detach());
        parts.put("entropy", entropy.detach());
        parts.put("trainAccuracy", Accuracy.of(logits.get(0), labels));
        return new Loss(loss, parts);
    }

    /** (1 + w_e) ln K: nothing is known, and a change of the picture moves no answer. */
    @Override
    public double expectedStart(int batch) {
        return (1 + config.entropyWeight()) * Math.log(network.online().classes());
    }

    private static Tensor cat(Tensor a, Tensor b) {
        return torch.cat(new TensorVector(a, b), 0);
    }

    @Override
    public void afterUpdate(Step step) {
        network.afterUpdate(step);
    }

    @Override
    public Trainable trainable() {
        return network.trainable();
    }

    @Override
    public void train(boolean training) {
        network.train(training);
    }
}
