package io.halflight.method;

import io.halflight.augment.InceptionView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.loss.Entropy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The first and the second step of S4L's "mix of all models" (arXiv:1905.03670, weights as in the published code): rotation,
 * virtual adversarial training and entropy at once.
 *
 * <pre>L = (1 - w_c - w_v) L_rot + w_c L_class + w_v L_vat + w_e H</pre>
 *
 * Rotation and classes as in {@link S4lRotation}; L_vat and the entropy H are of the turned unlabelled pictures alone. The
 * second step differs in its labels only: the labelled stream is the whole set as the first step's network labels it.
 */
public final class Moam implements Method {
    /** Outputs of the second head, one for each orientation. */
    public static final int TURNS = Turned.TURNS;

    /** The second head among what is saved, after {@link Trainable#PRIVATE}. */
    public static final String HEAD = "turns";

    /**
     * Hyper-parameters.
     *
     * @param classWeight w_c, above 0; 0.3
     * @param adversarialWeight w_v, above 0, with w_c below 1; 0.3
     * @param entropyWeight w_e, from 0; 0.3
     * @param adversary how the change of a picture is looked for
     */
    public record Config(
            double classWeight, double adversarialWeight, double entropyWeight, VirtualAdversary.Config adversary) {
        public Config {
            if (!(classWeight > 0 && adversarialWeight > 0 && classWeight + adversarialWeight < 1)) {
                throw new IllegalArgumentException(
                        "class and adversarial weight must be above 0 and together below 1, got %s and %s"
                                .formatted(classWeight, adversarialWeight));
            }
            if (!(entropyWeight >= 0)) {
                throw new IllegalArgumentException("entropy weight must be at least 0, got " + entropyWeight);
            }
        }

        double rotationWeight() {
            return 1 - classWeight - adversarialWeight;
        }
    }

    private final AveragedClassifier network;
    private final LinearImpl turns;
    private final InceptionView.Config view;
    private final Config config;
    private final VirtualAdversary adversary;

    /**
     * Trains the network and the second head.
     *
     * @param turns linear layer, the encoder's h to logits [N, 4]
     * @param view of each picture before it is turned
     */
    public Moam(AveragedClassifier network, LinearImpl turns, InceptionView.Config view, Config config) {
        this.network = network;
        this.turns = turns;
        this.view = view;
        this.config = config;
        this.adversary = new VirtualAdversary(config.adversary());
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(new InceptionView(view)), List.of(new InceptionView(view)));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Turned turned = new Turned(network.online(), turns, batch);
        Tensor supervised = turned.classification();
        Tensor clean = network.online().classify(turned.h()); // [4 B_u, K]
        Tensor adversarial = adversary.loss(network.online(), turned.pictures(), clean);
        Tensor entropy = Entropy.mean(clean);
        Tensor loss = turned.rotation()
                .mul(new Scalar(config.rotationWeight()))
                .add(supervised, new Scalar(config.classWeight()))
                .add(adversarial, new Scalar(config.adversarialWeight()))
                .add(entropy, new Scalar(config.entropyWeight()));
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("supervisedLoss", supervised.detach());
        parts.put("adversarialLoss", adversarial.detach());
        parts.put("entropy", entropy.detach());
        turned.putFigures(parts);
        return new Loss(loss, parts);
    }

    /** (1 - w_c - w_v) ln 4 + (w_c + w_e) ln K: nothing is known, and a change of the picture moves no answer. */
    @Override
    public double expectedStart(int batch) {
        return config.rotationWeight() * Math.log(Turned.TURNS)
                + (config.classWeight() + config.entropyWeight())
                        * Math.log(network.online().classes());
    }

    @Override
    public void afterUpdate(Step step) {
        network.afterUpdate(step);
    }

    @Override
    public Trainable trainable() {
        return Classifiers.with(network.trainable(), turns, HEAD);
    }

    @Override
    public void train(boolean training) {
        network.train(training);
        turns.train(training);
    }
}
