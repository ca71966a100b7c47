package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.data.LabelSplit;
import io.halflight.train.RunDirectory;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures how accuracy depends on the number of labels: all that a run's recipe makes of labels is made again with
 * other labels and seeds, from the encoder that the run has pretrained, in one sub-run for each. A sub-run that was
 * finished by an earlier start is taken as it is.
 */
public final class LabelCurve {
    private static final String FOLDER = "curve";
    private static final String FILE = "curve.json";

    /**
     * What to measure.
     *
     * @param labels per class
     * @param seeds how many draws of labels, first weights, order and views, from seed 0 on
     * @param only names of figures: stages, {@code linear}, {@code knn}, {@code linearSgd}; empty for every classifier
     *     and the linear probe
     */
    public record Request(List<Integer> labels, int seeds, List<String> only) {
        public Request {
            labels = List.copyOf(new TreeSet<>(labels));
            only = List.copyOf(only);
            if (labels.isEmpty() || labels.get(0) < 1) {
                throw HalflightException.usage("--labels is " + labels
                        + "; give numbers of labelled pictures per class from 1 on, such as 1,5,25.");
            }
            if (seeds < 1) {
                throw HalflightException.usage("--seeds is " + seeds + "; give at least 1, better 3.");
            }
        }
    }

    private record SubRun(int labels, long seed, Path directory) {}

    private final Path run;
    private final Request request;
    private final String command;
    private final RunListener listener;
    private final Recipe recipe;
    private final CurveFigures figures;
    private final Map<String, Path> pretrained = new LinkedHashMap<>();
    private volatile boolean stopped;
    private volatile @Nullable Pipeline current;

    /**
     * Looks whether the curve can be measured, and writes nothing.
     *
     * @param run the directory of a run that has finished its pretraining, if it has any
     * @param command how the user would start it again, for the record
     * @throws HalflightException if there is no such run, or its pretraining is not finished
     */
    public LabelCurve(Path run, Request request, String command, RunListener listener) {
        this.run = run;
        this.request = request;
        this.command = command;
        this.listener = listener;
        if (!Files.exists(run.resolve(Pipeline.RECIPE)) || !Files.exists(run.resolve(Pipeline.SPLIT))) {
            throw HalflightException.usage(
                    "There is no run in " + run + "; name the directory that was given to run with --out.");
        }
        recipe = recipe(List.of());
        int number = 0;
        for (Map.Entry<String, StageSettings> stage : recipe.stages().entrySet()) {
            number++;
            if (stage.getValue() instanceof Pretraining) {
                pretrained.put(stage.getKey(), Path.of("stages", number + "-" + stage.getKey()));
            }
        }
        pretrained.forEach((name, folder) -> {
            if (!FinishedStage.isIn(run.resolve(folder))) {
                throw HalflightException.usage(
                        "The stage %s of the run in %s is not finished; go on with that run by --resume first."
                                .formatted(name, run));
            }
        });
        figures = new CurveFigures(recipe, request.only());
    }

    private Recipe recipe(List<String> overrides) {
        return RecipeReader.read(run.resolve(Pipeline.RECIPE).toString(), overrides);
    }

    /** Asks it to finish its step, save and return. Safe from any thread. */
    public void stop() {
        stopped = true;
        Pipeline pipeline = current;
        if (pipeline != null) {
            pipeline.stop();
        }
    }

    /**
     * Runs all sub-runs that are not finished yet. Each leaves its figures in {@code curve.json} of the run.
     *
     * @throws HalflightException if a class has too few pictures, before anything is trained, or a sub-run cannot go on
     */
    public CurveResult run() {
        Map<SubRun, List<CurveResult.Point>> measured = new LinkedHashMap<>();
        for (SubRun subRun : subRuns()) {
            measured.put(subRun, measured(subRun));
        }
        List<SubRun> missing = measured.entrySet().stream()
                .filter(entry -> entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        announce(measured.size(), missing.size());
        if (!missing.isEmpty()) {
            RunData data = RunData.open(recipe, run.resolve(Pipeline.SPLIT), listener);
            request.labels().forEach(n -> data.split().relabel(n, 0)); // refuses what cannot be drawn
            List<SubRun> all = List.copyOf(measured.keySet());
            for (SubRun subRun : missing) {
                if (stopped) {
                    return result(measured, true);
                }
                listener.message("labels %d, seed %d (%d of %d)"
                        .formatted(subRun.labels(), subRun.seed(), all.indexOf(subRun) + 1, all.size()));
                if (run(subRun, data).interrupted()) {
                    return result(measured, true);
                }
                measured.put(subRun, measured(subRun));
                write(result(measured, false));
            }
        }
        CurveResult result = result(measured, false);
        write(result);
        return result;
    }

    /** Seed after seed, so that a first whole curve is there early. */
    private List<SubRun> subRuns() {
        List<SubRun> subRuns = new ArrayList<>();
        for (int seed = 0; seed < request.seeds(); seed++) {
            for (int labels : request.labels()) {
                String name = "labels-" + labels + "-seed-" + seed;
                subRuns.add(new SubRun(labels, seed, run.resolve(FOLDER).resolve(name)));
            }
        }
        return subRuns;
    }

    private List<CurveResult.Point> measured(SubRun subRun) {
        Path file = subRun.directory().resolve(Pipeline.RECIPE);
        if (Files.exists(file)) {
            RecipeChange.check(file, recipe(subRun).text(), subRun.directory());
        }
        return figures.read(subRun.directory(), subRun.labels(), subRun.seed());
    }

    private Recipe recipe(SubRun subRun) {
        return recipe(List.of("data.labels=" + subRun.labels(), "seed=" + subRun.seed()));
    }

    private RunResult run(SubRun subRun, RunData data) {
        pretrained
                .values()
                .forEach(folder -> FinishedStage.put(
                        run.resolve(folder), subRun.directory().resolve(folder)));
        LabelSplit split = data.split().relabel(subRun.labels(), subRun.seed());
        RunData own = new RunData(data.dataset(), split, data.size(), data.channels());
        Pipeline pipeline = new Pipeline(
                recipe(subRun),
                subRun.directory(),
                new Pipeline.Options(isBegun(subRun.directory()), command),
                listener,
                new Pipeline.Part(own, stages(subRun)));
        current = pipeline;
        if (stopped) {
            pipeline.stop();
        }
        return pipeline.run();
    }

    private static boolean isBegun(Path directory) {
        try {
            return RunDirectory.isBegun(directory);
        } catch (IOException nothingThere) {
            return false;
        }
    }

    /** What an earlier start finished beyond this request stays among the results of the sub-run. */
    private Set<String> stages(SubRun subRun) {
        Set<String> stages = figures.stages();
        int number = 0;
        for (String name : recipe.stages().keySet()) {
            number++;
            if (FinishedStage.isIn(subRun.directory().resolve("stages").resolve(number + "-" + name))) {
                stages.add(name);
            }
        }
        return stages;
    }

    private void announce(int all, int missing) {
        String seeds = request.seeds() == 1 ? "seed 0" : "seeds 0 to " + (request.seeds() - 1);
        String labels = request.labels().stream().map(String::valueOf).collect(Collectors.joining(", "));
        listener.message("%d %s: %s labels per class, %s%s"
                .formatted(
                        all,
                        all == 1 ? "sub-run" : "sub-runs",
                        labels,
                        seeds,
                        missing == all
                                ? ""
                                : missing == 0
                                        ? "; all were done before"
                                        : "; %d were done before".formatted(all - missing)));
    }

    private CurveResult result(Map<SubRun, List<CurveResult.Point>> measured, boolean interrupted) {
        List<CurveResult.Point> points =
                measured.values().stream().flatMap(List::stream).toList();
        return new CurveResult(request.labels(), request.seeds(), figures.methods(), points, interrupted);
    }

    private void write(CurveResult result) {
        RunDirectory.check(run, true).writeJson(FILE, result.toJson(command));
    }
}
