package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.backbone.Backbone;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.method.Tower;
import io.halflight.method.Trainable;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.torch.Safetensors;
import io.halflight.train.Compute;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the networks of a run's stages on the training device: with first weights, or with those that a finished stage
 * left. Call it outside any scope: the networks outlive the call.
 */
final class StageNetworks {
    private final Recipe.Keep keep;
    private final Compute compute;

    /** Takes of a finished stage the weights that go on. */
    StageNetworks(Recipe.Keep keep, Compute compute) {
        this.keep = keep;
        this.compute = compute;
    }

    /** The classifier that a finished stage left, in evaluation mode. */
    ImageClassifier trained(Stage stage) {
        return trained(stage, stage.kept(keep));
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
    ImageClassifier first(Stage stage, BackboneSettings backbone) {
        ClassifierSpec spec = requireNonNull(stage.classifier());
        Backbone f = backbone.create(spec.backbone(), stage.name());
        ImageClassifier network = new ImageClassifier(f, null, 0, spec.classes(), true);
        move(network);
        return network;
    }

    /** The same, its encoder with the weights of an earlier stage unless that is {@code none}. */
    ImageClassifier first(Stage stage, BackboneSettings backbone, String initFrom, Map<String, Stage> earlier) {
        ImageClassifier network = first(stage, backbone);
        if (!initFrom.equals("none")) {
            start(network, stage(earlier, initFrom));
        }
        return network;
    }

    /** A network whose weights are about to be loaded. */
    ImageClassifier fresh(Stage stage) {
        return fresh(requireNonNull(stage.classifier()));
    }

    ImageClassifier fresh(ClassifierSpec spec) {
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
    ImageClassifier pretrained(Stage stage, Stage from, int fromLayer) {
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

    /** Gives a network the encoder of a stage before it. */
    private void start(ImageClassifier student, Stage from) {
        Map<String, Tensor> encoder = StateDict.of(student.backbone());
        if (from.classifier() == null) {
            load(encoder, from.last(), "encoder.");
        } else {
            StateDict.load(encoder, StateDict.of(trained(from).backbone()));
        }
    }

    /** As {@link #first}, but with the classifier too, where the stage before has one for the same classes. */
    ImageClassifier goOn(Stage stage, BackboneSettings backbone, String initFrom, Map<String, Stage> earlier) {
        Stage from = earlier.get(initFrom);
        ClassifierSpec before = from == null ? null : from.classifier();
        ClassifierSpec own = requireNonNull(stage.classifier());
        if (from == null || before == null || before.classes() != own.classes()) {
            return first(stage, backbone, initFrom, earlier);
        }
        ImageClassifier network = first(stage, backbone);
        load(network.state(), from.kept(keep), "");
        return network;
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

    private void move(Module module) {
        Placement.on(compute, module);
    }

    private static Stage stage(Map<String, Stage> earlier, String name) {
        return requireNonNull(earlier.get(name), name);
    }
}
