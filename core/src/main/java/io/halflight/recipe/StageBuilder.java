package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import io.halflight.augment.CentreView;
import io.halflight.augment.SimClrView;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Seeds;
import io.halflight.data.Transform;
import io.halflight.method.AveragedClassifier;
import io.halflight.method.Distill;
import io.halflight.method.Method;
import io.halflight.method.Supervised;
import io.halflight.method.Tower;
import io.halflight.method.Trainable;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.torch.Safetensors;
import io.halflight.train.Compute;
import io.halflight.train.GivenLabels;
import io.halflight.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
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

    StageBuilder(Recipe recipe, RunData data, Compute compute) {
        this.recipe = recipe;
        this.data = data;
        this.compute = compute;
        this.figures = new Figures(data, compute);
    }

    /** The shape of a stage's networks, which the stages after it build on. */
    Stage outline(String name, int number, Path directory, Map<String, Stage> earlier) {
        StageSettings settings = requireNonNull(recipe.stages().get(name));
        if (settings instanceof Pretraining s) {
            return new Stage(name, number, s, directory, spec(s.backbone()), null);
        }
        ClassifierSpec classifier = classifier(settings, earlier);
        return new Stage(name, number, settings, directory, classifier.backbone(), classifier);
    }

    /**
     * Refuses before anything is written: a file of weights that does not fit, for which all are loaded once, and a stream
     * without pictures.
     */
    void check() {
        Map<String, Stage> stages = new LinkedHashMap<>();
        recipe.stages().forEach((name, settings) -> {
            Stage stage = outline(name, stages.size() + 1, Path.of(""), stages);
            stages.put(name, stage);
            if (settings instanceof SemiSupervised semi
                    && !semi.labelledInside()
                    && data.split().unlabelled().length == 0) {
                throw HalflightException.usage(
                        "Stage %s learns from unlabelled pictures, and all have labels; give fewer with".formatted(name)
                                + " --labels, or set stages.%s.labelled_inside=true.".formatted(name));
            }
            BackboneSettings backbone = settings.backboneOrNull();
            if (backbone != null && !backbone.init().isEmpty()) {
                PretrainedRun.checkSplit(Path.of(backbone.init()), data, "stages." + name + ".backbone.init");
                backbone.create(stage.encoder(), name);
            }
        });
    }

    private BackboneSpec spec(BackboneSettings backbone) {
        return backbone.spec(data.size(), data.channels());
    }

    private ClassifierSpec classifier(StageSettings settings, Map<String, Stage> earlier) {
        if (settings instanceof StageSettings.FineTune s) {
            Stage from = stage(earlier, s.from());
            if (from.classifier() != null) {
                if (s.fromLayer() != 0) {
                    throw HalflightException.usage(
                            "from_layer is %d, but stage %s has no projection head: set it to 0 to go on with its classifier."
                                    .formatted(s.fromLayer(), s.from()));
                }
                return from.classifier().resized(side(s));
            }
            HeadSettings head = ((Pretraining) from.settings()).head();
            int most = head == null ? 0 : Math.max(0, head.layers() - 1);
            if (s.fromLayer() < 0 || s.fromLayer() > most) {
                throw HalflightException.usage("from_layer is %d, but the head of stage %s has layers 0 to %d to keep."
                        .formatted(s.fromLayer(), s.from(), most));
            }
            if (head == null || s.fromLayer() == 0) {
                return new ClassifierSpec(from.encoder().resized(side(s)), 0, 0, data.classes());
            }
            int hidden = head.hidden(Backbones.config(from.encoder()).features());
            return new ClassifierSpec(
                    from.encoder().resized(side(s)), s.fromLayer(), hidden, head.form(), data.classes());
        }
        BackboneSettings own = requireNonNull(settings.backboneOrNull());
        if (!settings.teacher().isEmpty() && own.name().equals("same")) {
            ClassifierSpec teacher =
                    requireNonNull(stage(earlier, settings.teacher()).classifier());
            return new ClassifierSpec(teacher.backbone(), 0, 0, data.classes());
        }
        return new ClassifierSpec(spec(own), 0, 0, data.classes());
    }

    private int side(StageSettings.FineTune s) {
        return s.size() == 0 ? data.size() : s.size();
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
            return finetune(pretrained(stage, stage(earlier, s.from()), s.fromLayer()), stage, s);
        }
        if (settings instanceof StageSettings.Supervised s) {
            return supervised(first(stage, s.backbone()), s.augment(), s.labelSmoothing());
        }
        if (settings instanceof SemiSupervised s) {
            ImageClassifier online = first(stage, s.backbone(), s.initFrom(), earlier);
            SemiBuilder.Built built =
                    new SemiBuilder(data, compute, this::fresh).build(s, stage, online, labelShares());
            return new Built(built.method(), epoch -> figures.validation(built.kept()), pool(s, stage, earlier), null);
        }
        if (settings instanceof Taught s) {
            return taught(s, stage, earlier);
        }
        StageSettings.Distill s = (StageSettings.Distill) settings;
        ImageClassifier teacher = trained(stage(earlier, s.teacher()));
        ImageClassifier student = first(stage, s.backbone(), s.initFrom(), earlier);
        return new Built(distill(teacher, student, s), epoch -> figures.validation(student));
    }

    private Built taught(Taught s, Stage stage, Map<String, Stage> earlier) {
        // The student first: a resumed stage does not build the teacher, and has to draw the same weights.
        ImageClassifier online = first(stage, s.backbone(), s.initFrom(), earlier);
        if (s instanceof Taught.MoamRetrain && !s.initFrom().equals("none")) {
            goOn(online, stage(earlier, s.initFrom()));
        }
        AveragedClassifier student =
                s.average().of(online, requireNonNull(stage.classifier()), this::fresh, s.epochs());
        TaughtBuilder builder = new TaughtBuilder(data, compute);
        TeacherLabels labels = builder.labels(s, stage, recipe.seed(), teacher(stage(earlier, s.teacher())));
        Trainer.Evaluation evaluation = epoch -> figures.validation(student.kept());
        Path before = s.initFrom().equals("none")
                ? null
                : stage(earlier, s.initFrom()).kept(recipe.keep());
        Method method = builder.method(s, student, labels, before);
        return s instanceof Taught.MoamRetrain
                ? new Built(method, evaluation, null, labels.given())
                : new Built(method, evaluation, labels.pool(), null);
    }

    private TaughtBuilder.Teacher teacher(Stage stage) {
        return new TaughtBuilder.Teacher(Figures.of(stage, data, compute), () -> trained(stage));
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
            return finetune(fresh(stage), stage, s).method();
        }
        if (settings instanceof StageSettings.Distill s) {
            return distill(fresh(stage(earlier, s.teacher())), fresh(stage), s);
        }
        if (settings instanceof SemiSupervised s) {
            return new SemiBuilder(data, compute, this::fresh)
                    .build(s, stage, fresh(stage), labelShares())
                    .method();
        }
        if (settings instanceof Taught s) {
            AveragedClassifier student =
                    s.average().of(fresh(stage), requireNonNull(stage.classifier()), this::fresh, s.epochs());
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
        try {
            Method method = new Supervised(network, view, s.labelSmoothing(), s.frozen());
            return new Built(method, epoch -> own.validation(network));
        } catch (IllegalArgumentException e) {
            throw HalflightException.usage("stages.%s.frozen: %s.".formatted(stage.name(), e.getMessage()));
        }
    }

    private Built supervised(ImageClassifier network, AugmentSettings augment, double labelSmoothing) {
        Method method = new Supervised(network, new SimClrView(augment(augment)), labelSmoothing);
        return new Built(method, epoch -> figures.validation(network));
    }

    /** The classifier that a finished stage left, in evaluation mode. */
    ImageClassifier trained(Stage stage) {
        return trained(stage, stage.kept(recipe.keep()));
    }

    ImageClassifier trained(Stage stage, Path weights) {
        ImageClassifier network = fresh(stage);
        load(network.state(), weights, "");
        network.eval();
        return network;
    }

    /** The encoder of a finished pretraining stage, out of one of the files that it left, in evaluation mode. */
    Backbone encoder(Stage stage, Path weights) {
        Backbone f = Backbones.create(stage.encoder());
        move(f);
        load(StateDict.of(f), weights, "encoder.");
        f.eval();
        return f;
    }

    /** A network to train from its first weights on. */
    private ImageClassifier first(Stage stage, BackboneSettings backbone) {
        ClassifierSpec spec = requireNonNull(stage.classifier());
        Backbone f = backbone.create(spec.backbone(), stage.name());
        ImageClassifier network = new ImageClassifier(f, null, 0, spec.classes(), true);
        move(network);
        return network;
    }

    /** The same, its encoder with the weights of an earlier stage unless that is {@code none}. */
    private ImageClassifier first(Stage stage, BackboneSettings backbone, String initFrom, Map<String, Stage> earlier) {
        ImageClassifier network = first(stage, backbone);
        if (!initFrom.equals("none")) {
            start(network, stage, stage(earlier, initFrom));
        }
        return network;
    }

    /** A network whose weights are about to be loaded. */
    private ImageClassifier fresh(Stage stage) {
        return fresh(requireNonNull(stage.classifier()));
    }

    private ImageClassifier fresh(ClassifierSpec spec) {
        ImageClassifier network = ClassifierSpec.create(spec);
        move(network);
        return network;
    }

    /** The encoder and the head of a finished pretraining stage, in evaluation mode; null where there is no head. */
    @Nullable
    Tower tower(Stage stage, Path weights) {
        HeadSettings head = ((Pretraining) stage.settings()).head();
        if (head == null || head.layers() == 0) {
            return null;
        }
        Tower tower = new Tower(
                encoder(stage, weights),
                head.create(Backbones.config(stage.encoder()).features()));
        move(tower.g());
        load(StateDict.of(tower.g()), weights, "head.");
        tower.g().eval();
        return tower;
    }

    /** The encoder of a pretraining stage with a new classifier, or the whole classifier of another stage. */
    private ImageClassifier pretrained(Stage stage, Stage from, int fromLayer) {
        if (from.classifier() != null) {
            return trained(from);
        }
        Backbone f = Backbones.create(from.encoder());
        load(StateDict.of(f), from.last(), "encoder.");
        HeadSettings head = ((Pretraining) from.settings()).head();
        ProjectionHead g = head == null ? null : head.create(f.features());
        if (g != null) {
            load(StateDict.of(g), from.last(), "head.");
        }
        int classes = requireNonNull(stage.classifier()).classes();
        ImageClassifier network = new ImageClassifier(f, g, fromLayer, classes, true);
        move(network);
        return network;
    }

    private void start(ImageClassifier student, Stage stage, Stage from) {
        if (!stage.encoder().sameNetwork(from.encoder())) {
            throw HalflightException.usage("stages.%s.init_from: the encoder of stage %s is %s, the student's is %s."
                    .formatted(stage.name(), from.name(), from.encoder(), stage.encoder()));
        }
        Map<String, Tensor> encoder = StateDict.of(student.backbone());
        if (from.classifier() == null) {
            load(encoder, from.last(), "encoder.");
        } else {
            StateDict.load(encoder, StateDict.of(trained(from).backbone()));
        }
    }

    /** The classifier too, where the stage before has one for the same classes. */
    private void goOn(ImageClassifier network, Stage from) {
        if (from.classifier() != null && from.classifier().classes() == network.classes()) {
            StateDict.load(network.state(), trained(from).state());
        }
    }

    /** Loads the part of a file whose names start with the prefix. */
    private static void load(Map<String, Tensor> into, Path file, String prefix) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> part = new LinkedHashMap<>();
            Safetensors.read(file).forEach((name, tensor) -> {
                if (name.startsWith(prefix) && !name.startsWith(Trainable.PRIVATE)) {
                    part.put(name.substring(prefix.length()), tensor);
                }
            });
            StateDict.load(into, part);
        }
    }

    private SimClrView.Config augment(AugmentSettings augment) {
        return augment.config(data.size(), data.channels());
    }

    private void move(Module module) {
        Placement.on(compute, module);
    }

    private static Stage stage(Map<String, Stage> earlier, String name) {
        return requireNonNull(earlier.get(name), name);
    }
}
