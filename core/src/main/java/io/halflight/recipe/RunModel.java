package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import io.halflight.backbone.ImageClassifier;
import io.halflight.bundle.Encoder;
import io.halflight.bundle.Exportable;
import io.halflight.bundle.ModelBundle;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.train.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the network that is meant by a directory: that of a model bundle, of a run, or of one stage of a run. */
public final class RunModel {
    private final Path run;
    private final boolean encoder;

    private RunModel(Path run, boolean encoder) {
        this.run = run;
        this.encoder = encoder;
    }

    /**
     * Loads it onto the CPU, in evaluation mode.
     *
     * @param where a bundle, or the directory of a run
     * @param stage of the run; empty for what it delivers, and where that is to be an encoder and there is no classifier, its last
     *     pretraining stage
     * @param encoder whether to leave the classifier out
     * @throws HalflightException if there is no such thing, or it is not finished
     */
    public static Exportable find(Path where, String stage, boolean encoder) {
        if (Files.exists(where.resolve(ModelBundle.DESCRIPTION))) {
            if (!stage.isEmpty()) {
                throw HalflightException.usage(
                        "%s is a model bundle, which has no stage %s; name its run, or leave --stage out."
                                .formatted(where, stage));
            }
            return Exportable.of(ModelBundle.read(where), encoder);
        }
        Path model = where.resolve("model");
        if (stage.isEmpty() && Files.exists(model.resolve(ModelBundle.DESCRIPTION))) {
            return Exportable.of(ModelBundle.read(model), encoder);
        }
        if (!Files.exists(where.resolve(Pipeline.RECIPE)) || !Files.exists(where.resolve(Pipeline.SPLIT))) {
            throw HalflightException.usage(
                    "There is neither a run nor a model bundle in %s; name the directory that was given to run with --out, or its model folder."
                            .formatted(where));
        }
        return new RunModel(where, encoder).ofStage(stage);
    }

    /**
     * The encoder of what is meant, at work; closing it frees it.
     *
     * @param where a bundle, or the directory of a run
     * @param stage as in {@link #find}
     * @param device {@code cpu}, {@code cuda}, {@code cuda:1} or {@code auto}
     * @throws HalflightException as {@link #find}, or if the device cannot be used
     */
    public static Encoder encoder(Path where, String stage, String device) {
        return Encoder.of(() -> find(where, stage, true), "the encoder of " + where, device);
    }

    private Exportable ofStage(String name) {
        Recipe recipe = RecipeReader.read(run.resolve(Pipeline.RECIPE).toString(), List.of());
        Map<String, Stage> stages = stages(recipe);
        Stage stage = stages.get(name.isEmpty() ? lastPretraining(recipe) : name);
        if (stage == null) {
            throw HalflightException.usage("The run in %s has no stage '%s'%s; it has %s."
                    .formatted(
                            run,
                            name,
                            Nearest.hint(name, List.copyOf(stages.keySet())),
                            String.join(", ", stages.keySet())));
        }
        if (stage.classifier() == null && !encoder) {
            throw HalflightException.usage(
                    "The stage %s of the run in %s pretrains an encoder and knows no classes; give --encoder to export that."
                            .formatted(stage.name(), run));
        }
        if (!FinishedStage.isIn(stage.directory())) {
            throw HalflightException.usage(
                    "The stage %s of the run in %s is not finished; go on with that run by --resume first."
                            .formatted(stage.name(), run));
        }
        NativeTorch.load();
        var networks = new StageNetworks(recipe.keep(), new Compute(Devices.parse("cpu"), Precision.FP32, 1));
        if (stage.classifier() == null) {
            return Exportable.encoder(networks.encoder(stage, stage.last()), stage.encoder());
        }
        ImageClassifier network = networks.trained(stage);
        return encoder
                ? Exportable.encoder(network.backbone(), stage.encoder())
                : Exportable.classifier(network, stage.classifier(), classes());
    }

    /** Of a run that delivers no classifier, or none yet. */
    private String lastPretraining(Recipe recipe) {
        String last = "";
        boolean classifies = false;
        for (Map.Entry<String, StageSettings> stage : recipe.stages().entrySet()) {
            boolean pretrains = stage.getValue() instanceof Pretraining;
            last = pretrains ? stage.getKey() : last;
            classifies |= !pretrains;
        }
        if (classifies) {
            throw HalflightException.usage(
                    "The run in %s has not delivered its model yet; go on with it by --resume, or name a finished stage with --stage: %s."
                            .formatted(run, String.join(", ", recipe.stages().keySet())));
        }
        return last;
    }

    private Map<String, Stage> stages(Recipe recipe) {
        StageShapes shapes = new StageShapes(
                recipe,
                new StageShapes.Sizes(
                        number("size"), number("channels"), classes().size()));
        Map<String, Stage> stages = new LinkedHashMap<>();
        for (String name : recipe.stages().keySet()) {
            int number = stages.size() + 1;
            Path folder = run.resolve("stages").resolve(number + "-" + name);
            stages.put(name, shapes.outline(name, number, folder, stages));
        }
        return stages;
    }

    private int number(String key) {
        if (data().get(key) instanceof Number number) {
            return number.intValue();
        }
        throw incomplete(key);
    }

    private List<String> classes() {
        if (data().get("classes") instanceof List<?> names) {
            return names.stream().map(String::valueOf).toList();
        }
        throw incomplete("classes");
    }

    private Map<?, ?> data() {
        return RunRecord.read(run).get("data") instanceof Map<?, ?> data ? data : Map.of();
    }

    private HalflightException incomplete(String key) {
        return HalflightException.run("%s does not say what data.%s was; copy the whole run again"
                .formatted(run.resolve(RunRecord.FILE), key));
    }
}
