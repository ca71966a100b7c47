package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Distillation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Noisy Student (arXiv:1911.04252): a student learns, from distorted views, what a teacher has said of the clean pictures.
 *
 * <pre>
 * L_lab = mean over B_l labelled pictures   of H(y with label smoothing, p)
 * L_unl = mean over B_u unlabelled pictures of H(q^(1/T) normalised, p)              soft
 *                                           or H(argmax q with label smoothing, p)   hard
 * L = (B_l L_lab + B_u L_unl) / (B_l + B_u)      as in the paper (algorithm 1)
 * L = L_lab + B_u / B_l L_unl                    as in the authors' code: 1 + B_u / B_l times as large
 * </pre>
 *
 * The teacher is no part of this: its q are given, once, by its kept weights in evaluation mode. Both streams go through the
 * student together and share their batch statistics. The noise is the views' and the network's own.
 */
public final class NoisyStudent implements Method {
    /** What the student learns of a teacher's answer. */
    public enum Targets {
        /** All probabilities, the paper's default. */
        SOFT,
        /** The most probable class. */
        HARD
    }

    /** How the two losses are put together. */
    public enum Scale {
        PAPER,
        CODE
    }

    /**
     * Hyper-parameters.
     *
     * @param temperature T of soft targets, above 0; 1 in the paper
     * @param labelSmoothing of labels and hard targets, 0 to below 1; 0.1 in the paper
     */
    public record Config(Targets targets, double temperature, double labelSmoothing, Scale scale) {
        public Config {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
            if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
                throw new IllegalArgumentException("label smoothing must be in [0, 1), got " + labelSmoothing);
            }
        }
    }

    /** Keeps the logarithm of a probability that underflowed finite. */
    private static final double LEAST = 1e-30;

    private final AveragedClassifier student;
    private final StoredLabels teacher;
    private final Transform view;
    private final Config config;

    /**
     * Trains the student.
     *
     * @param teacher what it said of every picture of the unlabelled stream
     * @param view of labelled and unlabelled pictures
     */
    public NoisyStudent(AveragedClassifier student, StoredLabels teacher, Transform view, Config config) {
        this.student = student;
        this.teacher = teacher;
        this.view = view;
        this.config = config;
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(view), List.of(view));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Batch.Stream l = batch.labelled();
        Batch.Stream u = batch.unlabelled();
        List<Tensor> logits = student.logits(l.view(0), u.view(0)); // [B_l, K] and [B_u, K]
        Tensor q = teacher.of(u); // [B_u, K]
        Tensor answers = q.argmax(new LongOptional(1), false); // [B_u]
        Tensor labelled = CrossEntropy.loss(logits.get(0), l.labels(), config.labelSmoothing());
        Tensor unlabelled = config.targets() == Targets.HARD
                ? CrossEntropy.loss(logits.get(1), answers, config.labelSmoothing())
                : Distillation.loss(
                        q.clamp_min(new Scalar(LEAST)).log().div(new Scalar(config.temperature())),
                        logits.get(1),
                        1,
                        false);
        double ratio = (double) u.indices().length / l.indices().length;
        Tensor loss = labelled.add(unlabelled, new Scalar(ratio));
        if (config.scale() == Scale.PAPER) {
            loss = loss.div(new Scalar(1 + ratio));
        }
        if (!step.logged()) {
            return new Loss(loss);
        }
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put("labelledLoss", labelled.detach());
        parts.put("unlabelledLoss", unlabelled.detach());
        parts.put("trainAccuracy", Accuracy.of(logits.get(0), l.labels()));
        parts.put("teacherAgreement", Accuracy.of(logits.get(1), answers));
        return new Loss(loss, parts);
    }

    @Override
    public void afterUpdate(Step step) {
        student.afterUpdate(step);
    }

    /** ln K as the paper scales the loss. */
    @Override
    public double expectedStart(int batch) {
        return config.scale() == Scale.PAPER ? Math.log(student.online().classes()) : Double.NaN;
    }

    @Override
    public Trainable trainable() {
        return student.trainable();
    }

    @Override
    public void train(boolean training) {
        student.train(training);
    }
}
