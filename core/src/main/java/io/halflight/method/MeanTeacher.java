package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import io.halflight.torch.Autocast;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Mean Teacher (arXiv:1703.01780, section 2), set up as in FixMatch's repository: the average of the network's weights
 * over time, on a view of its own, says what the network shall say.
 *
 * <pre>
 * theta'_t = tau theta'_(t-1) + (1 - tau) theta_t
 * J        = 1/(|B_u| K) sum |softmax f(x, theta) - softmax f(x', theta')|^2
 * L        = L_sup + w(t) J,     w rises on a line over the first share of the steps and then stays
 * </pre>
 *
 * The teacher normalises by its batch, as the student does. Two views and two networks that differ by their training are
 * the only noise; the paper's dropout and Gaussian noise on the input are left out, as in that repository.
 */
public final class MeanTeacher implements Method {
    /**
     * Hyper-parameters.
     *
     * @param weight w in the end, above 0; 50
     * @param rampUp share of the steps over which w rises from 0, 0 to 1; 0.4
     */
    public record Config(double weight, double rampUp) {
        public Config {
            if (!(weight > 0)) {
                throw new IllegalArgumentException("weight must be above 0, got " + weight);
            }
            if (!(rampUp >= 0 && rampUp <= 1)) {
                throw new IllegalArgumentException("ramp-up must be in [0, 1], got " + rampUp);
            }
        }

        /** w at a step. */
        double weight(Step step) {
            double rise = rampUp * step.total();
            return rise <= step.index() ? weight : weight * step.index() / rise;
        }
    }

    private final AveragedClassifier network;
    private final Transform weak;
    private final Config config;

    /**
     * Trains the network that has an average.
     *
     * @param weak of labelled pictures and both views of unlabelled ones
     */
    public MeanTeacher(AveragedClassifier network, Transform weak, Config config) {
        if (!network.averages()) {
            throw new IllegalArgumentException("the average is the teacher, and there is none");
        }
        this.network = network;
        this.weak = weak;
        this.config = config;
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(weak), List.of(weak, weak));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Batch.Stream u = batch.unlabelled();
        Tensor teacher = network.teach(u.view(0)); // [B_u, K]
        List<Tensor> logits = network.logits(batch.labelled().view(0), u.view(1));
        Tensor labels = batch.labelled().labels(); // [B]
        Tensor supervised = CrossEntropy.loss(logits.get(0), labels, 0);
        Tensor consistency = distance(teacher, logits.get(1));
        double w = config.weight(step);
        Tensor loss = supervised.add(consistency, new Scalar(w));
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("supervisedLoss", supervised.detach());
        parts.put("consistencyLoss", consistency.detach());
        parts.put("trainAccuracy", Accuracy.of(logits.get(0), labels));
        Tensor guesses = teacher.argmax(new LongOptional(1), false); // [B_u]
        parts.put("teacherAgreement", Accuracy.of(logits.get(1), guesses));
        return new Loss(loss, parts);
    }

    /** Mean squared difference of the probabilities, over pictures and classes. */
    private static Tensor distance(Tensor teacher, Tensor student) {
        try (Autocast full = Autocast.off(student.device())) {
            Tensor p = teacher.to(ScalarType.Float).softmax(1);
            Tensor q = student.to(ScalarType.Float).softmax(1);
            return q.sub(p).square().mean();
        }
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
