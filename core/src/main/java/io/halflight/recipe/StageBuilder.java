package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import io.halflight.augment.SimClrView;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Seeds;
import io.halflight.method.Distill;
import io.halflight.method.Method;
import io.halflight.method.SimClr;
import io.halflight.method.Supervised;
import io.halflight.nn.ChannelsLast;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.torch.Safetensors;
import io.halflight.train.Compute;
import io.halflight.train.Trainer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Makes a stage's networks and method from its settings and from the weights of the stages before it. */
final class StageBuilder {
    /** What the trainer needs of a stage. */
    record Built(Method method, Trainer.Evaluation evaluation) {}

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
        if (settings instanceof StageSettings.SimClr s) {
            return new Stage(name, number, s, directory, spec(s.backbone()), null);
        }
        ClassifierSpec classifier = classifier(settings, earlier);
        return new Stage(name, number, settings, directory, classifier.backbone(), classifier);
    }

    private BackboneSpec spec(BackboneSettings backbone) {
        return backbone.spec(data.size(), data.channels());
    }

    private ClassifierSpec classifier(StageSettings settings, Map<String, Stage> earlier) {
        if (settings instanceof StageSettings.FineTune s) {
            Stage from = stage(earlier, s.from());
            StageSettings.SimClr pretraining = (StageSettings.SimClr) from.settings();
            int most = Math.max(0, pretraining.head().layers() - 1);
            if (s.fromLayer() < 0 || s.fromLayer() > most) {
                throw HalflightException.usage("from_layer is %d, but the head of stage %s has layers 0 to %d to keep."
                        .formatted(s.fromLayer(), s.from(), most));
            }
            int features = Backbones.config(from.encoder()).features();
            int hidden = pretraining.head().hidden(features);
            return new ClassifierSpec(from.encoder(), s.fromLayer(), hidden, data.classes());
        }
        if (settings instanceof StageSettings.Distill s) {
            ClassifierSpec teacher = requireNonNull(stage(earlier, s.teacher()).classifier());
            BackboneSpec student = s.backbone().name().equals("same") ? teacher.backbone() : spec(s.backbone());
            return new ClassifierSpec(student, 0, 0, data.classes());
        }
        return new ClassifierSpec(spec(((StageSettings.Supervised) settings).backbone()), 0, 0, data.classes());
    }

    /** Builds networks, fresh or from earlier stages. Call it outside any scope: the networks outlive the call. */
    Built build(Stage stage, Map<String, Stage> earlier) {
        torch.manual_seed(Seeds.derive(recipe.seed(), stage.name() + "/init"));
        StageSettings settings = stage.settings();
        if (settings instanceof StageSettings.SimClr s) {
            Backbone f = Backbones.create(stage.encoder());
            ProjectionHead g = s.head().create(f.features());
            move(f);
            move(g);
            SimClr.Config config = new SimClr.Config(s.temperature(), augment(s.augment()));
            return new Built(new SimClr(f, g, config), epoch -> figures.frozen(f));
        }
        if (settings instanceof StageSettings.FineTune s) {
            ImageClassifier network = pretrained(stage, stage(earlier, s.from()), s.fromLayer());
            return supervised(network, s.augment(), s.labelSmoothing());
        }
        if (settings instanceof StageSettings.Supervised s) {
            return supervised(fresh(stage), s.augment(), s.labelSmoothing());
        }
        StageSettings.Distill s = (StageSettings.Distill) settings;
        ImageClassifier teacher = trained(stage(earlier, s.teacher()));
        ImageClassifier student = fresh(stage);
        if (!s.initFrom().equals("none")) {
            start(student, stage, stage(earlier, s.initFrom()));
        }
        SimClrView view = new SimClrView(augment(s.augment()));
        Distill.Config config = new Distill.Config(s.temperature(), s.labelWeight(), s.timesSquare());
        return new Built(new Distill(teacher, student, view, config), epoch -> figures.validation(student));
    }

    /** The stage's method on fresh networks, earlier stages' weights left out: as slow as the real one. */
    Method rehearsal(Stage stage, Map<String, Stage> earlier) {
        StageSettings settings = stage.settings();
        if (settings instanceof StageSettings.FineTune s) {
            return supervised(fresh(stage), s.augment(), s.labelSmoothing()).method();
        }
        if (settings instanceof StageSettings.Distill s) {
            SimClrView view = new SimClrView(augment(s.augment()));
            Distill.Config config = new Distill.Config(s.temperature(), s.labelWeight(), s.timesSquare());
            return new Distill(fresh(stage(earlier, s.teacher())), fresh(stage), view, config);
        }
        return build(stage, earlier).method();
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

    /** The encoder that a finished pretraining stage left, in evaluation mode. */
    Backbone encoder(Stage stage) {
        Backbone f = Backbones.create(stage.encoder());
        move(f);
        load(StateDict.of(f), stage.last(), "encoder.");
        f.eval();
        return f;
    }

    private ImageClassifier fresh(Stage stage) {
        ImageClassifier network = ClassifierSpec.create(requireNonNull(stage.classifier()));
        move(network);
        return network;
    }

    private ImageClassifier pretrained(Stage stage, Stage from, int fromLayer) {
        StageSettings.SimClr pretraining = (StageSettings.SimClr) from.settings();
        Backbone f = Backbones.create(from.encoder());
        ProjectionHead g = pretraining.head().create(f.features());
        load(StateDict.of(f), from.last(), "encoder.");
        load(StateDict.of(g), from.last(), "head.");
        int classes = requireNonNull(stage.classifier()).classes();
        ImageClassifier network = new ImageClassifier(f, g, fromLayer, classes, true);
        move(network);
        return network;
    }

    private void start(ImageClassifier student, Stage stage, Stage from) {
        if (!stage.encoder().equals(from.encoder())) {
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

    /** Loads the part of a file whose names start with the prefix. */
    private static void load(Map<String, Tensor> into, Path file, String prefix) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> part = new LinkedHashMap<>();
            Safetensors.read(file).forEach((name, tensor) -> {
                if (name.startsWith(prefix)) {
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
        if (!compute.device().is_cpu()) {
            module.to(compute.device(), false);
        }
        ChannelsLast.convert(module);
    }

    private static Stage stage(Map<String, Stage> earlier, String name) {
        return requireNonNull(earlier.get(name), name);
    }
}
