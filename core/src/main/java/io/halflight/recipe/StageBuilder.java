package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.augment.CentreView;
import io.halflight.augment.SimClrView;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Seeds;
import io.halflight.data.Transform;
import io.halflight.method.AveragedClassifier;
import io.halflight.method.Distill;
import io.halflight.method.Method;
import io.halflight.method.Supervised;
import io.halflight.train.Compute;
import io.halflight.train.GivenLabels;
import io.halflight.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Makes a stage's networks and method from its settings and from the weights of the stages before it. */
final class StageBuilder {
    /**
     * What the trainer needs of a stage.
     *
     * @param pool places of the unlabelled stream's pictures, where a teacher has chosen them
     * @param given labels of the labelled stream, where a teacher has given them
     */
    record Built(
            Method method,
            Trainer.Evaluation evaluation,
            int @Nullable [] pool,
            @Nullable GivenLabels given) {
        /** On all of the pictures. */
        Built(Method method, Trainer.Evaluation evaluation) {
            this(method, evaluation, null, null);
        }
    }

    private final Recipe recipe;
    private final RunData data;
    private final Compute compute;
    private final Figures figures;
    private final StageNetworks networks;

    StageBuilder(Recipe recipe, RunData data, Compute compute) {
        this.recipe = recipe;
        this.data = data;
        this.compute = compute;
        this.figures = new Figures(data, compute);
        this.networks = new StageNetworks(recipe.keep(), compute);
    }

    /** Builds networks, fresh or from earlier stages. Call it outside any scope: the networks outlive the call. */
    Built build(Stage stage, Map<String, Stage> earlier) {
        torch.manual_seed(Seeds.derive(recipe.seed(), stage.name() + "/init"));
        StageSettings settings = stage.settings();
        if (settings instanceof Pretraining s) {
            PretrainBuilder.Built built = new PretrainBuilder(data, compute).build(s, stage);
            return new Built(built.method(), epoch -> figures.frozen(built.encoder()));
        }
        if (settings instanceof StageSettings.FineTune s) {
            return finetune(networks.pretrained(stage, stage(earlier, s.from()), s.fromLayer()), stage, s);
        }
        if (settings instanceof StageSettings.Supervised s) {
            return supervised(networks.first(stage, s.backbone()), s.augment(), s.labelSmoothing());
        }
        if (settings instanceof SemiSupervised s) {
            ImageClassifier online = networks.first(stage, s.backbone(), s.initFrom(), earlier);
            SemiBuilder.Built built =
                    new SemiBuilder(data, compute, networks::fresh).build(s, stage, online, labelShares());
            return new Built(built.method(), epoch -> figures.validation(built.kept()), pool(s, stage, earlier), null);
        }
        if (settings instanceof Taught s) {
            return taught(s, stage, earlier);
        }
        StageSettings.Distill s = (StageSettings.Distill) settings;
        ImageClassifier teacher = networks.trained(stage(earlier, s.teacher()));
        ImageClassifier student = networks.first(stage, s.backbone(), s.initFrom(), earlier);
        return new Built(distill(teacher, student, s), epoch -> figures.validation(student));
    }

    private Built taught(Taught s, Stage stage, Map<String, Stage> earlier) {
        // The student first: a resumed stage does not build the teacher, and has to draw the same weights.
        ImageClassifier online = s instanceof Taught.MoamRetrain
                ? networks.goOn(stage, s.backbone(), s.initFrom(), earlier)
                : networks.first(stage, s.backbone(), s.initFrom(), earlier);
        AveragedClassifier student =
                s.average().of(online, requireNonNull(stage.classifier()), networks::fresh, s.epochs());
        TaughtBuilder builder = new TaughtBuilder(data, compute);
        TeacherLabels labels = builder.labels(s, stage, recipe.seed(), teacher(stage(earlier, s.teacher())));
        Trainer.Evaluation evaluation = epoch -> figures.validation(student.kept());
        Path before = s.initFrom().equals("none")
                ? null
                : stage(earlier, s.initFrom()).kept(recipe.keep());
        // Asking the teacher has drawn numbers, or has not, in a stage that is resumed.
        torch.manual_seed(Seeds.derive(recipe.seed(), stage.name() + "/head"));
        Method method = builder.method(s, student, labels, before);
        return s instanceof Taught.MoamRetrain
                ? new Built(method, evaluation, null, labels.given())
                : new Built(method, evaluation, labels.pool(), null);
    }

    private TaughtBuilder.Teacher teacher(Stage stage) {
        return new TaughtBuilder.Teacher(Figures.of(stage, data, compute), () -> networks.trained(stage));
    }

    /** What a classifier has picked for a stage's unlabelled stream, with the labelled pictures if these are inside; or null. */
    private int @Nullable [] pool(SemiSupervised settings, Stage stage, Map<String, Stage> earlier) {
        if (!(settings instanceof SemiSupervised.Uda s) || s.teacher().isEmpty()) {
            return null;
        }
        int[] relevant = new TaughtBuilder(data, compute).relevant(s, stage, teacher(stage(earlier, s.teacher())));
        return s.labelledInside()
                ? IntStream.concat(Arrays.stream(data.split().labelled()), Arrays.stream(relevant))
                        .toArray()
                : relevant;
    }

    private Distill distill(ImageClassifier teacher, ImageClassifier student, StageSettings.Distill s) {
        List<Double> prior = s.align() == StageSettings.Align.LABELS ? labelShares() : List.of();
        Distill.Config config =
                new Distill.Config(s.temperature(), s.labelWeight(), s.timesSquare(), s.sharpen(), prior);
        CentreView plain = s.plainTeacher() ? new CentreView(data.size(), data.channels()) : null;
        return new Distill(teacher, student, new SimClrView(augment(s.augment())), plain, config);
    }

    /** How often each class is among the labelled pictures; a class without one counts as if it had half a picture. */
    private List<Double> labelShares() {
        double[] counts = new double[data.classes()];
        for (int label : figures.labels(data.split().labelled())) {
            counts[label]++;
        }
        double[] shares = Arrays.stream(counts).map(c -> Math.max(c, 0.5)).toArray();
        double sum = Arrays.stream(shares).sum();
        return Arrays.stream(shares).mapToObj(share -> share / sum).toList();
    }

    /** The stage's method on fresh networks, earlier stages' weights left out: as slow as the real one. */
    Method rehearsal(Stage stage, Map<String, Stage> earlier) {
        StageSettings settings = stage.settings();
        if (settings instanceof StageSettings.FineTune s) {
            return finetune(networks.fresh(stage), stage, s).method();
        }
        if (settings instanceof StageSettings.Distill s) {
            return distill(networks.fresh(stage(earlier, s.teacher())), networks.fresh(stage), s);
        }
        if (settings instanceof SemiSupervised s) {
            return new SemiBuilder(data, compute, networks::fresh)
                    .build(s, stage, networks.fresh(stage), labelShares())
                    .method();
        }
        if (settings instanceof Taught s) {
            AveragedClassifier student = s.average()
                    .of(networks.fresh(stage), requireNonNull(stage.classifier()), networks::fresh, s.epochs());
            return new TaughtBuilder(data, compute).rehearsal(s, student);
        }
        return build(stage, earlier).method();
    }

    private Built finetune(ImageClassifier network, Stage stage, StageSettings.FineTune s) {
        int size = stage.encoder().size();
        Transform view = s.plain()
                ? new CentreView(size, data.channels())
                : new SimClrView(s.augment().config(size, data.channels()));
        Figures own = Figures.of(stage, data, compute);
        Method method = new Supervised(network, view, s.labelSmoothing(), s.frozen());
        return new Built(method, epoch -> own.validation(network));
    }

    private Built supervised(ImageClassifier network, AugmentSettings augment, double labelSmoothing) {
        Method method = new Supervised(network, new SimClrView(augment(augment)), labelSmoothing);
        return new Built(method, epoch -> figures.validation(network));
    }

    private SimClrView.Config augment(AugmentSettings augment) {
        return augment.config(data.size(), data.channels());
    }

    private static Stage stage(Map<String, Stage> earlier, String name) {
        return requireNonNull(earlier.get(name), name);
    }
}
