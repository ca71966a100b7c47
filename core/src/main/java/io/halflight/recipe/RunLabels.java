package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.Nearest;
import io.halflight.data.LabelList;
import io.halflight.data.PseudoLabel;
import io.halflight.data.PseudoLabelFile;
import io.halflight.json.Json;
import io.halflight.torch.NativeTorch;
import io.halflight.train.Compute;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Makes a list of labels out of a run: those it was given and, of the pictures without one, those its classifier is sure
 * of. The list says what each picture is for, so that a run on it tests on the same pictures and on true labels alone.
 */
public final class RunLabels {
    /** The list's name in a run's folder, unless another file is named. */
    public static final String FILE = "labels.csv";

    /**
     * Which answers to take.
     *
     * @param run the directory of a run
     * @param stage whose classifier to ask; empty for the delivered one
     * @param above confidence from which an answer is taken, above 0, to 1
     * @param balance whether every class gets as many as the one with the fewest, the most confident first
     */
    public record Request(Path run, String stage, double above, boolean balance) {
        public Request {
            if (!(above > 0 && above <= 1)) {
                throw HalflightException.usage(
                        "--above is " + above + "; give a confidence above 0 and at most 1, such as 0.95.");
            }
        }
    }

    /**
     * One class.
     *
     * @param given pictures that are trained on with this as their true label
     * @param predicted other training pictures that the classifier takes for it
     * @param kept how many of these are taken
     * @param confidence mean confidence of the predicted ones; NaN if there is none
     */
    public record ClassCount(String name, int given, int predicted, int kept, double confidence) {}

    /**
     * What was chosen.
     *
     * @param stage whose classifier was asked
     * @param source of the run's pictures, as {@code --data} takes it
     * @param lines true labels in the order of the split, pseudo-labels after them
     */
    public record Result(String stage, String source, List<ClassCount> classes, List<LabelList.Line> lines) {
        public int kept() {
            return classes.stream().mapToInt(ClassCount::kept).sum();
        }
    }

    private RunLabels() {}

    /**
     * Chooses. Asks the classifier first, where that was not done before; writes nothing else.
     *
     * @throws HalflightException if there is no such run or stage, or nothing reaches the confidence
     */
    public static Result choose(Request request, RunListener listener) {
        Path run = request.run();
        if (!Files.exists(run.resolve(Pipeline.RECIPE)) || !Files.exists(run.resolve(Pipeline.SPLIT))) {
            throw HalflightException.usage(
                    "There is no run in " + run + "; name the directory that was given to run with --out.");
        }
        Recipe recipe = RecipeReader.read(run.resolve(Pipeline.RECIPE).toString(), List.of());
        String stage = stage(recipe, request);
        List<PseudoLabel> all = answers(recipe, run, stage, listener);
        List<LabelList.Line> lines = new ArrayList<>(LabelList.known(run.resolve(Pipeline.SPLIT)));
        List<LabelList.Line> given = lines.stream()
                .filter(line -> line.use() == LabelList.Use.LABELLED)
                .toList();
        Map<String, List<PseudoLabel>> byClass = LabelChoice.byClass(classes(run, given, all), all);
        Map<String, List<PseudoLabel>> kept = LabelChoice.of(request, byClass);
        List<ClassCount> counts = new ArrayList<>();
        byClass.forEach((name, predicted) -> counts.add(new ClassCount(
                name,
                (int) given.stream().filter(line -> line.label().equals(name)).count(),
                predicted.size(),
                kept.getOrDefault(name, List.of()).size(),
                predicted.stream()
                        .mapToDouble(PseudoLabel::confidence)
                        .average()
                        .orElse(Double.NaN))));
        kept.values().stream()
                .flatMap(List::stream)
                .sorted(LabelChoice.BY_PATH)
                .forEach(label -> lines.add(new LabelList.Line(label.path(), label.label(), LabelList.Use.PSEUDO)));
        return new Result(stage, recipe.data().source(), counts, List.copyOf(lines));
    }

    private static String stage(Recipe recipe, Request request) {
        String chosen = Ending.delivered(request.run());
        if (request.stage().isEmpty() && recipe.deliversBest() && chosen.isEmpty()) {
            throw HalflightException.usage(
                    "The run in %s has not chosen yet what it delivers; go on with it by --resume, or name a stage with --stage."
                            .formatted(request.run()));
        }
        String delivered = recipe.deliversBest() ? chosen : recipe.delivered();
        String name = request.stage().isEmpty() ? delivered : request.stage();
        StageSettings stage = recipe.stages().get(name);
        List<String> classifiers = recipe.stages().entrySet().stream()
                .filter(entry -> !(entry.getValue() instanceof Pretraining))
                .map(Map.Entry::getKey)
                .toList();
        if (stage == null) {
            throw HalflightException.usage("The run in %s has no stage '%s'%s; its classifiers are %s."
                    .formatted(request.run(), name, Nearest.hint(name, classifiers), String.join(", ", classifiers)));
        }
        if (stage instanceof Pretraining) {
            throw HalflightException.usage(
                    "The stage %s of the run in %s pretrains an encoder and knows no classes; %s."
                            .formatted(
                                    name,
                                    request.run(),
                                    classifiers.isEmpty()
                                            ? "none of its stages does"
                                            : "name one of these with --stage: " + String.join(", ", classifiers)));
        }
        return name;
    }

    private static List<PseudoLabel> answers(Recipe recipe, Path run, String name, RunListener listener) {
        int number = List.copyOf(recipe.stages().keySet()).indexOf(name) + 1;
        Path folder = run.resolve("stages").resolve(number + "-" + name);
        if (!FinishedStage.isIn(folder)) {
            throw HalflightException.usage(
                    "The stage %s of the run in %s is not finished; go on with that run by --resume first."
                            .formatted(name, run));
        }
        Path file = folder.resolve(PseudoLabelFile.NAME);
        if (!Files.exists(file)) {
            ask(recipe, run, name, listener);
        }
        if (!Files.exists(file)) {
            throw HalflightException.usage(
                    "Every training picture of the run in " + run + " has a label; there is nothing to add.");
        }
        return PseudoLabelFile.read(file);
    }

    private static void ask(Recipe recipe, Path run, String name, RunListener listener) {
        NativeTorch.load();
        Compute compute = Pipeline.compute(recipe);
        RunData data = RunData.open(recipe, run.resolve(Pipeline.SPLIT), listener);
        StageShapes shapes = new StageShapes(recipe, data);
        Map<String, Stage> stages = new LinkedHashMap<>();
        for (String each : recipe.stages().keySet()) {
            int number = stages.size() + 1;
            Path folder = run.resolve("stages").resolve(number + "-" + each);
            stages.put(each, shapes.outline(each, number, folder, stages));
        }
        Stage stage = stages.get(name);
        if (stage != null) {
            new Labelling(recipe, data, compute, listener).ensure(stage);
        }
    }

    /** In the order of the run's record, or by name where it cannot be read. */
    private static List<String> classes(Path run, List<LabelList.Line> given, List<PseudoLabel> predicted) {
        TreeSet<String> names = new TreeSet<>();
        given.forEach(line -> names.add(line.label()));
        predicted.forEach(label -> names.add(label.label()));
        List<String> classes = new ArrayList<>();
        try {
            if (Json.parse(Files.readString(run.resolve(RunRecord.FILE))) instanceof Map<?, ?> record
                    && record.get("data") instanceof Map<?, ?> data
                    && data.get("classes") instanceof List<?> listed) {
                listed.forEach(name -> classes.add(String.valueOf(name)));
            }
        } catch (IOException | IllegalArgumentException unreadable) {
            classes.clear();
        }
        return classes.containsAll(names) ? classes : List.copyOf(names);
    }
}
