package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.backbone.ClassifierSpec;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which networks a recipe's stages train, and whether what they ask for can be had. */
final class StageShapes {
    private final Recipe recipe;
    private final Sizes sizes;
    private final @Nullable RunData data;

    /** What of a run's data decides the shape of its networks. */
    record Sizes(int size, int channels, int classes) {}

    StageShapes(Recipe recipe, RunData data) {
        this(recipe, new Sizes(data.size(), data.channels(), data.classes()), data);
    }

    /** For outlines alone, of a run whose data need not be there any more. */
    StageShapes(Recipe recipe, Sizes sizes) {
        this(recipe, sizes, null);
    }

    private StageShapes(Recipe recipe, Sizes sizes, @Nullable RunData data) {
        this.recipe = recipe;
        this.sizes = sizes;
        this.data = data;
    }

    /** The shape of a stage's networks, which the stages after it build on. */
    Stage outline(String name, int number, Path directory, Map<String, Stage> earlier) {
        StageSettings settings = requireNonNull(recipe.stages().get(name));
        if (settings instanceof Pretraining s) {
            return new Stage(name, number, s, directory, spec(s.backbone()), null);
        }
        ClassifierSpec classifier = classifier(name, settings, earlier);
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
            checkStreams(name, settings);
            checkSizes(stage, stages);
            BackboneSettings backbone = settings.backboneOrNull();
            if (backbone != null && !backbone.init().isEmpty()) {
                PretrainedRun.checkSplit(
                        Path.of(backbone.init()), requireNonNull(data), "stages." + name + ".backbone.init");
                backbone.create(stage.encoder(), name);
            }
        });
    }

    private void checkStreams(String name, StageSettings settings) {
        if (!(settings instanceof SemiSupervised semi)
                || requireNonNull(data).split().unlabelled().length > 0) {
            return;
        }
        if (!semi.labelledInside()) {
            throw HalflightException.usage(
                    "Stage %s learns from unlabelled pictures, and all have labels; give fewer with".formatted(name)
                            + " --labels, or set stages.%s.labelled_inside=true.".formatted(name));
        }
        if (!semi.teacher().isEmpty()) {
            throw HalflightException.usage(
                    "stages.%s.filter_by is '%s', but there is no unlabelled picture to pick; set it to none."
                            .formatted(name, semi.teacher()));
        }
    }

    private void checkSizes(Stage stage, Map<String, Stage> stages) {
        StageSettings settings = stage.settings();
        String key = "stages." + stage.name() + ".";
        if (settings instanceof StageSettings.FineTune s && s.frozen() > 0) {
            int parts = Backbones.create(stage.encoder()).partCount();
            if (s.frozen() >= parts) {
                throw HalflightException.usage(
                        "%sfrozen is %d, but the network has %d parts, one of which has to learn; take at most %d."
                                .formatted(key, s.frozen(), parts, parts - 1));
            }
        }
        if (settings instanceof StageSettings.Distill s) {
            int size = stage(stages, s.teacher()).encoder().size();
            if (size != sizes.size()) {
                throw HalflightException.usage(
                        "%steacher is '%s', which sees pictures of %d pixels, but distillation shows both networks views of %d;"
                                        .formatted(key, s.teacher(), size, sizes.size())
                                + " take the method noisy-student, which asks a teacher in its own size.");
            }
        }
        String initFrom = Recipe.initFrom(settings);
        if (!initFrom.equals("none")) {
            BackboneSpec from = stage(stages, initFrom).encoder();
            if (!stage.encoder().sameNetwork(from)) {
                throw HalflightException.usage(
                        "%sinit_from is '%s', whose network is %s and not %s; give both stages the same backbone."
                                .formatted(key, initFrom, told(from), told(stage.encoder())));
            }
        }
        if (settings instanceof Taught.MoamRetrain s && !s.initFrom().equals("none")) {
            ClassifierSpec from = stage(stages, s.initFrom()).classifier();
            if (from != null && from.headLayers() > 0) {
                throw HalflightException.usage(
                        "%sinit_from is '%s', whose classifier keeps layers of a projection head; set stages.%s.from_layer=0."
                                .formatted(key, s.initFrom(), s.initFrom()));
            }
        }
    }

    private static String told(BackboneSpec spec) {
        return "%s (width %s, sk %s, stem %s, shortcuts %s, normalise %s)"
                .formatted(spec.name(), spec.width(), spec.sk(), spec.stem(), spec.shortcuts(), spec.normalise());
    }

    private BackboneSpec spec(BackboneSettings backbone) {
        return backbone.spec(sizes.size(), sizes.channels());
    }

    private ClassifierSpec classifier(String name, StageSettings settings, Map<String, Stage> earlier) {
        if (settings instanceof StageSettings.FineTune s) {
            Stage from = stage(earlier, s.from());
            if (from.classifier() != null) {
                if (s.fromLayer() != 0) {
                    throw HalflightException.usage(
                            "stages.%s.from_layer is %d, but stage %s is a classifier: set it to 0 to go on with that."
                                    .formatted(name, s.fromLayer(), s.from()));
                }
                return from.classifier().resized(side(s));
            }
            HeadSettings head = ((Pretraining) from.settings()).head();
            int most = head == null ? 0 : Math.max(0, head.layers() - 1);
            if (s.fromLayer() < 0 || s.fromLayer() > most) {
                throw HalflightException.usage(
                        "stages.%s.from_layer is %d, but the head of stage %s has layers 0 to %d to keep."
                                .formatted(name, s.fromLayer(), s.from(), most));
            }
            if (head == null || s.fromLayer() == 0) {
                return new ClassifierSpec(from.encoder().resized(side(s)), 0, 0, sizes.classes());
            }
            int hidden = head.hidden(Backbones.config(from.encoder()).features());
            return new ClassifierSpec(
                    from.encoder().resized(side(s)), s.fromLayer(), hidden, head.form(), sizes.classes());
        }
        BackboneSettings own = requireNonNull(settings.backboneOrNull());
        if (!settings.teacher().isEmpty() && own.name().equals("same")) {
            ClassifierSpec teacher =
                    requireNonNull(stage(earlier, settings.teacher()).classifier());
            return new ClassifierSpec(teacher.backbone().resized(sizes.size()), 0, 0, sizes.classes());
        }
        return new ClassifierSpec(spec(own), 0, 0, sizes.classes());
    }

    private int side(StageSettings.FineTune s) {
        return s.size() == 0 ? sizes.size() : s.size();
    }

    private static Stage stage(Map<String, Stage> earlier, String name) {
        return requireNonNull(earlier.get(name), name);
    }
}
