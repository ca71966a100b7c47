package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Distillation;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The third step of SimCLRv2 (arXiv:2006.10029, equations 2 and 3): a student learns the teacher's probabilities on
 * unlabelled pictures, and with a label weight the true classes of the labelled ones as well.
 *
 * <p>The teacher sees the same augmented tensor as the student, in evaluation mode and without gradients.
 *
 * <p>Two options go beyond the paper. With {@code plain} a view of its own, undistorted, is the teacher's. With a prior its
 * probabilities are evened out, as distribution alignment does in ReMixMatch (arXiv:1911.09785, section 3.1): a teacher of
 * few labels puts far too many pictures into some classes. Instead of dividing by a running mean, an offset b of its
 * logits is learnt, one number a class, so that the mean of softmax(t + b) over the pictures is the prior.
 */
public final class Distill implements Method {
    /**
     * Hyper-parameters.
     *
     * @param temperature T of equation 2, above 0; 1 for a smaller student, 0.1 for one of the teacher's size
     * @param labelWeight 1 - alpha of equation 3: weight of the labelled pictures' cross-entropy, 0 to below 1; the paper's
     *     default is 0
     * @param timesSquare whether the loss is multiplied by T^2, as in the authors' notebook but not in their formula
     * @param sharpen divides the teacher's logits alone, above 0; 1 in the paper, 0.5 doubles its certainty
     * @param prior share of each class to which the teacher's probabilities are evened out, K values that add up to 1;
     *     empty to leave them, as in the paper
     */
    public record Config(
            double temperature, double labelWeight, boolean timesSquare, double sharpen, List<Double> prior) {
        public Config {
            if (!(sharpen > 0)) {
                throw new IllegalArgumentException("sharpen must be above 0, got " + sharpen);
            }
            if (!prior.isEmpty() && prior.stream().anyMatch(share -> !(share > 0))) {
                throw new IllegalArgumentException("each class needs a share above 0, got " + prior);
            }
            prior = List.copyOf(prior);
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
            if (!(labelWeight >= 0 && labelWeight < 1)) {
                throw new IllegalArgumentException("label weight must be in [0, 1), got " + labelWeight);
            }
        }

        /** As in the paper. */
        public Config(double temperature, double labelWeight, boolean timesSquare) {
            this(temperature, labelWeight, timesSquare, 1, List.of());
        }
    }

    /** How fast the offsets follow: a batch of 256 tells a share of a tenth to within a fifth. */
    private static final double OFFSET_RATE = 0.1;

    private final ImageClassifier teacher;
    private final ImageClassifier student;
    private final Transform view;
    private final @Nullable Transform plain;
    private final Config config;
    private final @Nullable Tensor logPrior; // [K]
    private final @Nullable Tensor offset; // b [K]

    /** Trains the student; the teacher stays as it is. */
    public Distill(ImageClassifier teacher, ImageClassifier student, Transform view, Config config) {
        this(teacher, student, view, null, config);
    }

    /**
     * Trains the student; the teacher stays as it is.
     *
     * @param plain the teacher's own view; null to show it the student's, as in the paper
     */
    public Distill(
            ImageClassifier teacher,
            ImageClassifier student,
            Transform view,
            @Nullable Transform plain,
            Config config) {
        this.teacher = teacher;
        this.student = student;
        this.view = view;
        this.plain = plain;
        this.config = config;
        teacher.eval();
        if (config.prior().isEmpty()) {
            logPrior = null;
            offset = null;
            return;
        }
        if (config.prior().size() != teacher.classes()) {
            throw new IllegalArgumentException(
                    "a prior of " + config.prior().size() + " classes for a teacher of " + teacher.classes());
        }
        float[] logs = new float[config.prior().size()];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) Math.log(config.prior().get(i));
        }
        Tensor device = teacher.parameters().get(0);
        logPrior = Tensors.floats(logs, logs.length).to(device.device(), ScalarType.Float);
        offset = torch.zeros_like(logPrior);
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(
                config.labelWeight() > 0 ? List.of(view) : List.of(),
                plain == null ? List.of(view) : List.of(view, plain));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor x = batch.unlabelled().view(0); // [N, C, H, W]
        Tensor target;
        try (NoGradGuard guard = new NoGradGuard()) {
            target = evened(
                    teacher.forward(plain == null ? x : batch.unlabelled().view(1))); // [N, K]
            target = config.sharpen() == 1 ? target : target.div(new Scalar(config.sharpen()));
        }
        Tensor logits = student.forward(x); // [N, K]
        Tensor loss = Distillation.loss(target, logits, config.temperature(), config.timesSquare());
        if (config.labelWeight() > 0) {
            Tensor labelled = CrossEntropy.loss(
                    student.forward(batch.labelled().view(0)), batch.labelled().labels(), 0);
            loss = loss.mul(new Scalar(1 - config.labelWeight())).add(labelled.mul(new Scalar(config.labelWeight())));
        }
        if (!step.logged()) {
            return new Loss(loss);
        }
        Tensor agreed = target.argmax(new LongOptional(1), false); // [N]
        return new Loss(loss, Map.of("teacherAgreement", Accuracy.of(logits, agreed)));
    }

    /** t + b, and b a step nearer to where the batch's mean probabilities are the prior. */
    private Tensor evened(Tensor t) {
        if (offset == null || logPrior == null) {
            return t;
        }
        Tensor logits = t.to(ScalarType.Float).add(offset); // [N, K]
        if (student.is_training()) {
            Tensor mean = logits.softmax(1).mean(0).clamp_min(new Scalar(1e-6)); // [K]
            offset.add_(
                    logPrior.sub(mean.log())
                            .clamp(new ScalarOptional(new Scalar(-1.0)), new ScalarOptional(new Scalar(1.0))),
                    new Scalar(OFFSET_RATE));
        }
        return logits;
    }

    @Override
    public Trainable trainable() {
        Trainable trainable = Classifiers.trainable(student);
        if (offset == null) {
            return trainable;
        }
        Map<String, Tensor> state = new LinkedHashMap<>(trainable.state());
        state.put(Trainable.PRIVATE + "offset", offset);
        return new Trainable(trainable.parameters(), state);
    }

    @Override
    public void train(boolean training) {
        student.train(training);
    }
}
