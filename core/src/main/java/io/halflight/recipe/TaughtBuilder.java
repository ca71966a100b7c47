package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Seeds;
import io.halflight.data.Transform;
import io.halflight.method.AveragedClassifier;
import io.halflight.method.Method;
import io.halflight.method.Moam;
import io.halflight.method.NoisyStudent;
import io.halflight.method.PseudoLabel;
import io.halflight.method.StoredLabels;
import io.halflight.method.Trainable;
import io.halflight.nn.Init;
import io.halflight.nn.StateDict;
import io.halflight.torch.Safetensors;
import io.halflight.train.Compute;
import io.halflight.train.PseudoPool;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Makes the method of a stage that learns from a teacher's stored labels. Call it outside any scope. */
final class TaughtBuilder {
    /**
     * A finished stage whose classifier is asked.
     *
     * @param figures in the size of its pictures
     * @param network loaded when it is needed, in evaluation mode
     */
    record Teacher(Figures figures, Supplier<ImageClassifier> network) {}

    private final RunData data;
    private final Compute compute;

    TaughtBuilder(RunData data, Compute compute) {
        this.data = data;
        this.compute = compute;
    }

    /** The method on labels that the teacher has given; asks it only if they are not in the stage's folder yet. */
    TeacherLabels labels(Taught settings, Stage stage, long seed, Teacher teacher) {
        boolean noisy = settings instanceof Taught.NoisyStudent;
        int[] pictures = noisy ? data.split().unlabelled() : data.split().unlabelledStream();
        long draw = Seeds.derive(seed, stage.name() + "/pool");
        TeacherLabels.Choice choice =
                (places, labels, confidence, k) -> PseudoPool.of(places, labels, confidence, k, settings.pool(), draw);
        TeacherLabels labels =
                TeacherLabels.in(stage.directory(), () -> ask(stage, pictures, settings.answers(), teacher, choice));
        if (labels.pool().length == 0) {
            throw HalflightException.usage(
                    "The teacher %s of stage %s is not sure enough of any picture; lower stages.%s.%s."
                            .formatted(
                                    settings.teacher(),
                                    stage.name(),
                                    stage.name(),
                                    noisy ? "min_confidence" : "threshold"));
        }
        return labels;
    }

    /** The unlabelled pictures that the classifier named by {@code filter_by} is surest of; asks it only once. */
    int[] relevant(SemiSupervised.Uda settings, Stage stage, Teacher classifier) {
        TeacherLabels.Choice choice = (places, labels, confidence, k) ->
                PseudoPool.mostConfident(places, labels, confidence, k, settings.filterPerClass());
        return TeacherLabels.in(
                        stage.directory(),
                        () -> ask(stage, data.split().unlabelled(), Taught.Answers.WHOLE, classifier, choice))
                .pool();
    }

    private TeacherLabels ask(
            Stage stage, int[] pictures, Taught.Answers answers, Teacher teacher, TeacherLabels.Choice choice) {
        if (pictures.length == 0) {
            throw HalflightException.usage(
                    "Stage %s learns from pictures without a label, and there are none: give fewer"
                                    .formatted(stage.name())
                            + " labels with --labels.");
        }
        Figures figures = teacher.figures();
        ImageClassifier network = teacher.network().get();
        Tensor probabilities;
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            Tensor logits = answers == Taught.Answers.WHOLE
                    ? figures.outputs(network, pictures)
                    : figures.cropsAndTurns(network, pictures);
            probabilities = logits.softmax(1).contiguous();
            probabilities.retainReference(); // beyond this scope
        }
        return TeacherLabels.of(pictures, probabilities, data.split(), choice);
    }

    /** The method on labels that say nothing, as slow as the real one. */
    Method rehearsal(Taught settings, AveragedClassifier student) {
        return method(settings, student, TeacherLabels.uniform(data.split().unlabelledStream(), data.classes()), null);
    }

    /**
     * The method.
     *
     * @param before weights of the stage that the student starts from; null for none
     */
    Method method(Taught settings, AveragedClassifier student, TeacherLabels given, @Nullable Path before) {
        if (settings instanceof Taught.MoamRetrain s) {
            LinearImpl turns = Init.dense(student.online().backbone().features(), Moam.TURNS, true);
            if (before != null) {
                loadHead(turns, before);
            }
            return new Moam(
                    student, Placement.on(compute, turns), s.augment().config(data.size(), data.channels()), s.moam());
        }
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

    /** The second head goes on from where the stage before left it, if that stage had one. */
    private static void loadHead(LinearImpl turns, Path before) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> head = StateDict.of(turns, Trainable.PRIVATE + Moam.HEAD);
            Map<String, Tensor> stored = new LinkedHashMap<>(Safetensors.read(before));
            stored.keySet().retainAll(head.keySet());
            if (stored.size() == head.size()) {
                StateDict.load(head, stored);
            }
        }
    }
}
