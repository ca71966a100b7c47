package io.halflight.recipe;

import io.halflight.data.LabelSplit;
import io.halflight.torch.NativeTorch;
import io.halflight.train.Compute;
import io.halflight.train.GivenLabels;
import io.halflight.train.RunListener;
import io.halflight.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says what a recipe will cost before anything is trained, from a few real steps of every stage. */
public final class Doctor {
    private static final int MEASURED_STEPS = 3;

    /**
     * One stage's cost.
     *
     * @param steps optimiser steps
     * @param seconds predicted
     */
    public record StageEstimate(String stage, String title, long steps, double seconds) {}

    /**
     * A recipe's cost.
     *
     * @param seconds predicted for all stages, the final evaluation left out
     * @param memoryBytes the most that measuring took, which training will take too; 0 where the system does not say
     * @param size side of the views in pixels
     * @param advice what to change, if anything
     */
    public record Estimate(
            List<StageEstimate> stages,
            double seconds,
            long memoryBytes,
            int size,
            int channels,
            List<String> advice) {}

    private Doctor() {}

    /**
     * Measures a recipe with fresh networks; writes nothing.
     *
     * @throws io.halflight.HalflightException if the recipe and the pictures do not go together
     */
    public static Estimate estimate(Recipe recipe, RunListener listener) {
        NativeTorch.load();
        Compute compute = Pipeline.compute(recipe);
        RunData data = RunData.open(recipe, null, listener);
        StageShapes shapes = new StageShapes(recipe, data);
        StageBuilder builder = new StageBuilder(recipe, data, compute);
        Trainer trainer =
                new Trainer(data.dataset(), data.split(), compute, recipe.seed(), new AtomicBoolean(), listener);
        Map<String, Stage> stages = new LinkedHashMap<>();
        List<StageEstimate> estimates = new ArrayList<>();
        for (String name : recipe.stages().keySet()) {
            listener.preparing(
                    "Timing " + name, estimates.size(), recipe.stages().size());
            Stage stage = shapes.outline(name, stages.size() + 1, Path.of(""), stages);
            stages.put(name, stage);
            boolean all = stage.settings() instanceof Taught.MoamRetrain;
            GivenLabels given = all ? GivenLabels.uniform(data.split().unlabelledStream()) : null;
            Trainer.Plan plan = Pipeline.plan(stage, data.split(), null, given);
            Trainer.Timing timing = trainer.measure(plan, builder.rehearsal(stage, stages), MEASURED_STEPS);
            estimates.add(new StageEstimate(
                    name, stage.settings().title(), timing.steps(), timing.steps() * timing.secondsPerStep()));
        }
        return new Estimate(
                estimates,
                estimates.stream().mapToDouble(StageEstimate::seconds).sum(),
                Machine.peakMemory(),
                data.size(),
                data.channels(),
                advice(data.split(), recipe));
    }

    private static List<String> advice(LabelSplit split, Recipe recipe) {
        List<String> advice = new ArrayList<>();
        int labelled = split.labelled().length;
        int unlabelled = split.unlabelledStream().length;
        if (unlabelled < 10 * labelled) {
            advice.add(
                    "There are only %d unlabelled pictures for %d labelled ones; the gain of pretraining grows with more."
                            .formatted(unlabelled, labelled));
        }
        if (split.validation().length == 0 && recipe.keep() == Recipe.Keep.BEST) {
            advice.add("keep: best needs validation pictures and there are none; the last epoch will be kept.");
        }
        recipe.stages().forEach((name, stage) -> {
            if (stage instanceof Pretraining s && s.batch() > unlabelled) {
                advice.add("stages.%s.batch is %d, but there are only %d pictures to learn from."
                        .formatted(name, s.batch(), unlabelled));
            }
        });
        return advice;
    }
}
