package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which networks a recipe's stages train, and whether what they ask for can be had. */
final class StageShapes {
    private final Recipe recipe;
    private final RunData data;

    StageShapes(Recipe recipe, RunData data) {
        this.recipe = recipe;
        this.data = data;
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

    private static Stage stage(Map<String, Stage> earlier, String name) {
        return requireNonNull(earlier.get(name), name);
    }
}
