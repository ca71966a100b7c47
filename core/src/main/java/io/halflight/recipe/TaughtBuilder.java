package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Seeds;
import io.halflight.data.Transform;
import io.halflight.method.AveragedClassifier;
import io.halflight.method.Method;
import io.halflight.method.NoisyStudent;
import io.halflight.method.PseudoLabel;
import io.halflight.method.StoredLabels;
import io.halflight.train.Compute;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Makes the method of a stage that learns from a teacher's stored labels. Call it outside any scope. */
final class TaughtBuilder {
    private final RunData data;
    private final Compute compute;
    private final Figures figures;

    TaughtBuilder(RunData data, Compute compute) {
        this.data = data;
        this.compute = compute;
        this.figures = new Figures(data, compute);
    }

    /** The method on labels that the teacher has given; asks it only if they are not in the stage's folder yet. */
    TeacherLabels labels(Taught settings, Stage stage, long seed, Supplier<ImageClassifier> teacher) {
        TeacherLabels labels = TeacherLabels.in(stage.directory(), () -> ask(settings, stage, seed, teacher.get()));
        if (labels.pool().length == 0) {
            throw HalflightException.usage(
                    "The teacher %s of stage %s is not sure enough of any picture; lower stages.%s.%s."
                            .formatted(
                                    settings.teacher(),
                                    stage.name(),
                                    stage.name(),
                                    settings instanceof Taught.PseudoLabel ? "threshold" : "min_confidence"));
        }
        return labels;
    }

    private TeacherLabels ask(Taught settings, Stage stage, long seed, ImageClassifier teacher) {
        int[] pictures = pictures(settings);
        if (pictures.length == 0) {
            throw HalflightException.usage(
                    "Stage %s learns from pictures without a label, and there are none: give fewer"
                                    .formatted(stage.name())
                            + " labels with --labels.");
        }
        Tensor probabilities;
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            probabilities = figures.outputs(teacher, pictures).softmax(1).contiguous();
            probabilities.retainReference(); // beyond this scope
        }
        return TeacherLabels.of(
                pictures, probabilities, data.split(), settings.pool(), Seeds.derive(seed, stage.name() + "/pool"));
    }

    private int[] pictures(Taught settings) {
        return settings instanceof Taught.PseudoLabel
                ? data.split().unlabelledStream()
                : data.split().unlabelled();
    }

    /** The method on labels that say nothing, as slow as the real one. */
    Method rehearsal(Taught settings, AveragedClassifier student) {
        return method(settings, student, TeacherLabels.uniform(data.split().unlabelledStream(), data.classes()));
    }

    Method method(Taught settings, AveragedClassifier student, TeacherLabels given) {
        Tensor probabilities = compute.device().is_cpu()
                ? given.probabilities()
                : given.probabilities().to(compute.device(), ScalarType.Float);
        StoredLabels labels = new StoredLabels(given.pictures(), probabilities);
        Transform view = settings.view(data);
        if (settings instanceof Taught.PseudoLabel s) {
            return new PseudoLabel(student, labels, view, s.labelSmoothing());
        }
        Taught.NoisyStudent s = (Taught.NoisyStudent) settings;
        return new NoisyStudent(
                student,
                labels,
                view,
                new NoisyStudent.Config(s.targets(), s.temperature(), s.labelSmoothing(), s.lossScale()));
    }
}
