package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.data.Transform;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Distillation;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The third step of SimCLRv2 (arXiv:2006.10029, equations 2 and 3): a student learns the teacher's probabilities on
 * unlabelled pictures, and with a label weight the true classes of the labelled ones as well.
 *
 * <p>The teacher sees the same augmented tensor as the student, in evaluation mode and without gradients.
 */
public final class Distill implements Method {
    /**
     * Hyper-parameters.
     *
     * @param temperature T of equation 2, above 0; 1 for a smaller student, 0.1 for one of the teacher's size
     * @param labelWeight 1 - alpha of equation 3: weight of the labelled pictures' cross-entropy, 0 to below 1; the paper's
     *     default is 0
     * @param timesSquare whether the loss is multiplied by T^2, as in the authors' notebook but not in their formula
     */
    public record Config(double temperature, double labelWeight, boolean timesSquare) {
        public Config {
            if (!(temperature > 0)) {
                throw new IllegalArgumentException("temperature must be above 0, got " + temperature);
            }
            if (!(labelWeight >= 0 && labelWeight < 1)) {
                throw new IllegalArgumentException("label weight must be in [0, 1), got " + labelWeight);
            }
        }
    }

    private final ImageClassifier teacher;
    private final ImageClassifier student;
    private final Transform view;
    private final Config config;

    /** Trains the student; the teacher stays as it is. */
    public Distill(ImageClassifier teacher, ImageClassifier student, Transform view, Config config) {
        this.teacher = teacher;
        this.student = student;
        this.view = view;
        this.config = config;
        teacher.eval();
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(config.labelWeight() > 0 ? List.of(view) : List.of(), List.of(view));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor x = batch.unlabelled().view(0); // [N, C, H, W]
        Tensor target;
        try (NoGradGuard guard = new NoGradGuard()) {
            target = teacher.forward(x); // [N, K]
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

    @Override
    public Trainable trainable() {
        return Classifiers.trainable(student);
    }

    @Override
    public void train(boolean training) {
        student.train(training);
    }
}
