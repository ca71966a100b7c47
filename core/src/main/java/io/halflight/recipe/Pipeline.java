package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.LabelSplit;
import io.halflight.data.Preflight;
import io.halflight.data.ReadableDataset;
import io.halflight.data.Role;
import io.halflight.json.Json;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.train.Compute;
import io.halflight.train.GivenLabels;
import io.halflight.train.RunDirectory;
import io.halflight.train.RunListener;
import io.halflight.train.StageMeter;
import io.halflight.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;

/** Runs a recipe's stages in order, each from what the ones before it left, and ends in results and a model bundle. */
public final class Pipeline {
    static final String RECIPE = "recipe.yaml";
    static final String SPLIT = "split.csv";
    static final String DONE = "stage.json";
    private static final String UNREADABLE = "unreadable.json";

    /**
     * How to run.
     *
     * @param resume whether to go on with what the directory holds
     * @param command how the user would start it again, for the record
     */
    public record Options(boolean resume, String command) {}

    /**
     * A run that belongs to another, whose encoder it takes over.
     *
     * @param data opened and split by the other
     * @param stages what to train and to judge of the recipe, with all that it starts from
     */
    record Part(RunData data, Set<String> stages) {}

    private final Recipe recipe;
    private final Path out;
    private final Options options;
    private final RunListener listener;
    private final @Nullable Part part;
    private final AtomicBoolean stop = new AtomicBoolean();

    public Pipeline(Recipe recipe, Path out, Options options, RunListener listener) {
        this(recipe, out, options, listener, null);
    }

    Pipeline(Recipe recipe, Path out, Options options, RunListener listener, @Nullable Part part) {
        this.recipe = recipe;
        this.out = out;
        this.options = options;
        this.listener = listener;
        this.part = part;
    }

    /** Asks a running pipeline to finish its step, save and return. Safe from any thread. */
    public void stop() {
        stop.set(true);
    }

    /**
     * Runs all stages that are not done yet, then reads the test pictures once.
     *
     * @throws HalflightException if the request is impossible or the run cannot go on; what was saved stays
     */
    public RunResult run() {
        NativeTorch.loadAhead(); // a second's work, beside the reading of the pictures
        if (!recipe.device().equals("auto") && !recipe.device().equals("cpu")) {
            Devices.parse(recipe.device()); // refuses a device that is not there before it reads them
        }
        try (RunDirectory directory = RunDirectory.check(out, options.resume())) {
            return run(directory);
        }
    }

    private RunResult run(RunDirectory directory) {
        if (options.resume()) {
            directory.lock(); // before any of it is read
        }
        List<String> changes = changes(directory);
        Path splitFile = directory.resolve(SPLIT);
        boolean drawn = Files.exists(splitFile);
        RunData data = part != null ? part.data() : RunData.open(recipe, drawn ? splitFile : null, listener);
        Compute compute = compute(recipe);
        if (!drawn && part == null) {
            new StageShapes(recipe, data).check();
        }
        directory.make(); // not before: a request that cannot be carried out leaves nothing behind
        if (!drawn) {
            directory.write(RECIPE, recipe.text());
            data.split().write(splitFile);
        }
        List<Preflight.Unreadable> leftOut = ReadableDataset.leftOut(data.dataset());
        if (part == null && !leftOut.isEmpty()) {
            directory.writeJson(UNREADABLE, Map.of("unreadable", leftOut));
        }
        RunRecord record = new RunRecord(directory, recipe, options.command(), data, compute);
        record.changed(changes);
        record.write(RunRecord.Status.RUNNING);
        if (!changes.isEmpty()) { // noted above: killed in between, the next start notes it again rather than never
            listener.message("Going on with other settings: " + String.join("; ", changes) + ".");
            directory.write(RECIPE, recipe.text());
        }
        try {
            RunResult result = run(directory, data, compute, record);
            record.write(result.interrupted() ? RunRecord.Status.INTERRUPTED : RunRecord.Status.FINISHED);
            return result;
        } catch (RuntimeException | Error e) {
            failed(record, e);
            throw e;
        }
    }

    /** Where the disk is full, the record cannot be written either: what led there is the failure to report. */
    private static void failed(RunRecord record, Throwable failure) {
        try {
            record.write(RunRecord.Status.FAILED);
        } catch (HalflightException e) {
            failure.addSuppressed(e);
        }
    }

    /** Settles device, precision and threads. */
    static Compute compute(Recipe recipe) {
        Device device = Devices.parse(recipe.device());
        int threads = recipe.threads() > 0 ? recipe.threads() : NativeTorch.physicalCores();
        NativeTorch.threads(threads);
        return new Compute(device, recipe.precision().resolve(device), Math.max(1, threads / 2), recipe.recompute());
    }

    private List<String> changes(RunDirectory directory) {
        Path file = directory.resolve(RECIPE);
        return Files.exists(file) ? RecipeChange.check(file, recipe.text(), out) : List.of();
    }

    private RunResult run(RunDirectory directory, RunData data, Compute compute, RunRecord record) {
        StageShapes shapes = new StageShapes(recipe, data);
        StageBuilder builder = new StageBuilder(recipe, data, compute);
        Trainer trainer = new Trainer(data.dataset(), data.split(), compute, recipe.seed(), stop, listener);
        Map<String, Stage> stages = new LinkedHashMap<>();
        int number = 0;
        for (String name : recipe.stages().keySet()) {
            number++;
            stages.put(name, shapes.outline(name, number, directory.stage(number, name), stages));
        }
        if (part != null) {
            stages.keySet().retainAll(part.stages());
        }
        Work work = new Work(data.split(), stages);
        Labelling labelling = new Labelling(recipe, data, compute, listener);
        for (Stage stage : stages.values()) {
            if (stage.directory().resolve(DONE).toFile().exists()) {
                listener.stageFinished(stage.name(), seconds(stage), true);
            } else if (!train(trainer, builder, stage, stages, work, data, directory)) {
                return new RunResult(out, List.of(), List.of(), record.seconds(), true);
            }
            if (part == null) { // of many small runs nobody looks at the pictures
                labelling.afterwards(stage);
            }
            record.write(RunRecord.Status.RUNNING);
        }
        Map<String, Double> seconds = new LinkedHashMap<>();
        stages.forEach((name, stage) -> seconds.put(name, seconds(stage)));
        Ending ending = new Ending(recipe, data, compute, listener, part != null);
        String delivered = ending.delivered(stages);
        Stage chosen = stages.get(delivered);
        if (part == null && recipe.deliversBest() && chosen != null && chosen.classifier() != null) {
            labelling.ensure(chosen);
        }
        Ending.Results results = ending.finish(directory, stages, delivered, seconds, record);
        if (part == null && chosen != null) {
            map(new TestMap(data, compute, recipe.keep()), directory, chosen);
        }
        return new RunResult(out, results.rows(), results.frozen(), record.seconds(), false);
    }

    /** All that counts is written by now: a run does not fail for want of a drawing. */
    private void map(TestMap map, RunDirectory directory, Stage delivered) {
        try {
            map.write(directory, delivered);
        } catch (RuntimeException e) {
            listener.message("Warning: the report has no map of the features (" + e.getMessage() + ").");
        }
    }

    private boolean train(
            Trainer trainer,
            StageBuilder builder,
            Stage stage,
            Map<String, Stage> stages,
            Work work,
            RunData data,
            RunDirectory directory) {
        StageSettings s = stage.settings();
        listener.stageStarted(stage.name(), stage.number(), recipe.stages().size(), s.title());
        StageBuilder.Built built = builder.build(stage, stages);
        Trainer.Plan plan = plan(stage, data.split(), built.pool(), built.given());
        StageMeter meter = new StageMeter(
                stage.name(),
                stage.number(),
                recipe.stages().size(),
                s.epochs(),
                work.of(stage),
                work.after(stage),
                listener);
        Trainer.Outcome outcome = trainer.fit(plan, built.method(), stage.directory(), meter, built.evaluation());
        if (!outcome.finished()) {
            return false;
        }
        Map<String, Object> done = new LinkedHashMap<>();
        done.put("stage", stage.name());
        done.put("title", s.title());
        done.put("needs", Recipe.needs(s));
        done.put("seconds", outcome.seconds());
        done.put("bestEpoch", outcome.bestEpoch());
        if (s instanceof SemiSupervised || s instanceof Taught || s instanceof StageSettings.Distill) {
            done.put("streams", streams(plan, built.method().views(), data.split()));
        }
        directory.writeJson(
                directory.path().relativize(stage.directory().resolve(DONE)).toString(), done);
        listener.stageFinished(stage.name(), outcome.seconds(), false);
        return true;
    }

    /** How long and how fast a stage trains, on all of the pictures or on those of a pool, by the split's labels or by others. */
    static Trainer.Plan plan(Stage stage, LabelSplit split, int @Nullable [] pool, @Nullable GivenLabels given) {
        StageSettings s = stage.settings();
        boolean inside = !(s instanceof SemiSupervised semi) || semi.labelledInside();
        return new Trainer.Plan(
                stage.name(),
                s.epochs(),
                s.leads(),
                s.labelledBatch(),
                s.unlabelledBatch(),
                s.picturesPerEpoch(),
                pool != null ? pool : inside ? split.unlabelledStream() : split.unlabelled(),
                given,
                s.optimizer(),
                s.evaluations());
    }

    /** How many pictures each stream had, and whether those with a label were in the other one too. */
    private static Map<String, Object> streams(Trainer.Plan plan, ViewPolicy views, LabelSplit split) {
        Map<String, Object> streams = new LinkedHashMap<>();
        GivenLabels given = plan.given();
        boolean two = !views.labelled().isEmpty();
        int[] labelled = !two ? new int[0] : given == null ? split.labelled() : given.pictures();
        streams.put("labelled", Arrays.stream(labelled).distinct().count());
        streams.put("unlabelled", Arrays.stream(plan.unlabelled()).distinct().count());
        streams.put(
                "labelledInside",
                two && Arrays.stream(plan.unlabelled()).anyMatch(i -> split.role(i) == Role.LABELLED));
        return streams;
    }

    private static double seconds(Stage stage) {
        Object seconds = done(stage).get("seconds");
        return seconds instanceof Number n ? n.doubleValue() : 0;
    }

    private static Map<?, ?> done(Stage stage) {
        Path file = stage.directory().resolve(DONE);
        try {
            return Json.parse(Files.readString(file)) instanceof Map<?, ?> map ? map : Map.of();
        } catch (IOException | IllegalArgumentException e) {
            throw HalflightException.run(file + " is damaged; remove it to do the stage's last steps again.", e);
        }
    }
}
