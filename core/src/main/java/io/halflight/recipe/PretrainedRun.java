package io.halflight.recipe;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import io.halflight.data.SplitOverlap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run whose pretrained encoder another run starts from. All that comes of it are keys of the other's recipe. */
public final class PretrainedRun {
    private final String option;
    private final Path weights;
    private final BackboneSettings backbone;

    /**
     * Looks for the last pretraining stage.
     *
     * @param option that named the run, for messages
     * @throws HalflightException if there is no such run, or it has finished no such stage
     */
    public PretrainedRun(Path run, String option) {
        this.option = option;
        if (!Files.exists(run.resolve(Pipeline.RECIPE)) || !Files.exists(run.resolve(Pipeline.SPLIT))) {
            throw HalflightException.usage(
                    "There is no run in " + run + "; name the directory that was given to run with --out.");
        }
        Recipe recipe = RecipeReader.read(run.resolve(Pipeline.RECIPE).toString(), List.of());
        Path folder = null;
        BackboneSettings found = null;
        int number = 0;
        for (Map.Entry<String, StageSettings> stage : recipe.stages().entrySet()) {
            number++;
            if (stage.getValue() instanceof Pretraining s) {
                folder = run.resolve("stages").resolve(number + "-" + stage.getKey());
                found = s.backbone();
            }
        }
        if (folder == null || found == null) {
            throw HalflightException.usage(
                    "%s: the run in %s has no pretraining stage, only %s; name a run of simclr, for example."
                            .formatted(
                                    option,
                                    run,
                                    String.join(", ", recipe.stages().keySet())));
        }
        if (!FinishedStage.isIn(folder)) {
            throw HalflightException.usage(
                    "%s: the stage %s of the run in %s is not finished; go on with that run by --resume first."
                            .formatted(option, folder.getFileName(), run));
        }
        weights = folder.resolve("last.safetensors");
        backbone = found;
    }

    /**
     * What the recipe has to say so that its stages with labelled and unlabelled pictures start from that encoder. The
     * supervised ones stay what they are: figures to beat.
     *
     * @throws HalflightException if it has no such stage
     */
    public List<String> overrides(Recipe recipe) {
        List<String> overrides = new ArrayList<>();
        recipe.stages().forEach((name, stage) -> {
            if ((stage instanceof SemiSupervised || stage instanceof Taught)
                    && Recipe.initFrom(stage).equals("none")) {
                String key = "stages." + name + ".backbone.";
                overrides.add(key + "name=" + backbone.name());
                overrides.add(key + "width=" + backbone.width());
                overrides.add(key + "sk=" + backbone.sk());
                overrides.add(key + "stem=" + backbone.stem());
                overrides.add(key + "shortcuts=" + backbone.shortcuts());
                overrides.add(key + "normalise=" + backbone.normalise());
                overrides.add(key + "zero_gamma=" + backbone.zeroGamma());
                overrides.add(key + "init=" + weights);
            }
        });
        if (overrides.isEmpty()) {
            throw HalflightException.usage(
                    ("%s: the recipe %s has no stage that learns from labelled and unlabelled pictures and does not start from"
                                    + " another stage yet, only %s; take a recipe such as fixmatch.")
                            .formatted(
                                    option,
                                    recipe.name(),
                                    String.join(", ", recipe.stages().keySet())));
        }
        return overrides;
    }

    /**
     * Refuses weights of a run that has trained on pictures which are here for judging.
     *
     * @param weights any file; only those in a stage's folder of a run are looked at
     * @param where the recipe key that names the file
     */
    static void checkSplit(Path weights, RunData data, String where) {
        Path run = run(weights);
        if (run == null) {
            return;
        }
        List<String> overlap = SplitOverlap.trainedOn(run.resolve(Pipeline.SPLIT), data.dataset(), data.split());
        if (!overlap.isEmpty()) {
            throw HalflightException.usage(
                    ("%s: the run in %s was trained on %d of the pictures that this one validates or tests"
                                    + " with (first: %s); take the seed, source and labels of that run, so that both hold back"
                                    + " the same ones.")
                            .formatted(where, run, overlap.size(), overlap.get(0)));
        }
    }

    private static @Nullable Path run(Path weights) {
        Path stages = weights.toAbsolutePath().normalize();
        for (int i = 0; i < 2; i++) {
            if (stages.getParent() == null) {
                return null;
            }
            stages = requireNonNull(stages.getParent());
        }
        Path run = stages.getParent();
        boolean isRun = stages.endsWith("stages") && run != null && Files.exists(run.resolve(Pipeline.SPLIT));
        return isRun ? run : null;
    }
}
