package io.halflight.recipe;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.bundle.ModelBundle;
import io.halflight.data.Dataset;
import io.halflight.eval.ClassificationMetrics;
import io.halflight.eval.FrozenSuite;
import io.halflight.eval.TurnedAnswers;
import io.halflight.json.Json;
import io.halflight.method.Tower;
import io.halflight.nn.StateDict;
import io.halflight.torch.Tensors;
import io.halflight.train.Compute;
import io.halflight.train.RunDirectory;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The end of a run: every classifier meets the test pictures, once, and the delivered one becomes a bundle. */
final class Ending {
    static final String RESULTS = "results.json";
    private static final String DELIVERED = "delivered";

    private final Recipe recipe;
    private final RunData data;
    private final StageNetworks networks;
    private final Compute compute;
    private final RunListener listener;
    private final boolean labelsAlone;

    /**
     * Prepares the end of one run.
     *
     * @param labelsAlone whether probes of frozen encoders do without the validation pictures, which are labels too
     */
    Ending(Recipe recipe, RunData data, Compute compute, RunListener listener, boolean labelsAlone) {
        this.recipe = recipe;
        this.data = data;
        this.networks = new StageNetworks(recipe.keep(), compute);
        this.compute = compute;
        this.listener = listener;
        this.labelsAlone = labelsAlone;
    }

    /** Of classifiers and of encoders. */
    record Results(List<RunResult.Row> rows, List<RunResult.Frozen> frozen) {}

    Results finish(
            RunDirectory directory,
            Map<String, Stage> stages,
            String delivered,
            Map<String, Double> seconds,
            RunRecord record) {
        List<RunResult.Row> rows = new ArrayList<>();
        List<Map<String, Object>> headline = new ArrayList<>();
        List<RunResult.Frozen> encoders = new ArrayList<>();
        List<Map<String, Object>> frozen = new ArrayList<>();
        Map<String, Object> models = new LinkedHashMap<>();
        int done = 0;
        for (Stage stage : ordered(stages, delivered)) {
            listener.preparing("Reading the test pictures with " + stage.name(), done++, stages.size());
            if (stage.classifier() == null) {
                encoders.add(new RunResult.Frozen(
                        stage.name(),
                        stage.settings().title(),
                        seconds.getOrDefault(stage.name(), 0.0),
                        suite(stage, stage.last())));
                frozen.add(frozen(stage, encoders.get(encoders.size() - 1)));
                continue;
            }
            ImageClassifier network = networks.trained(stage);
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = figures(stage).outputs(network, data.split().test());
                ClassificationMetrics metrics = ClassificationMetrics.of(
                        logits,
                        figures(stage).labels(data.split().test()),
                        data.split().classes());
                RunResult.Row row = new RunResult.Row(
                        stage.name(),
                        stage.settings().title(),
                        metrics.top1(),
                        metrics.top5(),
                        metrics.ece(),
                        seconds.getOrDefault(stage.name(), 0.0),
                        StateDict.count(network));
                rows.add(row);
                headline.add(headline(stage, row));
                models.put(stage.name(), metrics.toJson());
                if (stage.name().equals(delivered)) {
                    directory.write("predictions.csv", predictions(stage, logits));
                    bundle(directory, stage, network, metrics, record);
                }
            }
        }
        Map<String, Object> results = new LinkedHashMap<>();
        results.put("headline", headline);
        results.put(DELIVERED, delivered);
        results.put("frozen", frozen);
        results.put("models", models);
        directory.writeJson(RESULTS, results);
        return new Results(rows, encoders);
    }

    /** Baselines first, what is delivered last. */
    private static List<Stage> ordered(Map<String, Stage> stages, String delivered) {
        List<Stage> ordered = new ArrayList<>(stages.values());
        ordered.sort(Comparator.comparingInt(
                stage -> stage.name().equals(delivered) ? 2 : isBaseline(stage) ? 0 : 1)); // and else as they were
        return ordered;
    }

    private static boolean isBaseline(Stage stage) {
        return stage.settings() instanceof StageSettings.Supervised;
    }

    /**
     * The stage whose classifier is delivered. Where the recipe leaves it to the validation pictures, these decide: the test
     * pictures have not been read yet. Of equal ones the earlier; without validation pictures the last.
     */
    String delivered(Map<String, Stage> stages) {
        List<Stage> classifiers =
                stages.values().stream().filter(s -> s.classifier() != null).toList();
        if (!recipe.deliversBest() || classifiers.isEmpty()) {
            return stages.containsKey(recipe.delivered())
                    ? recipe.delivered()
                    : List.copyOf(stages.keySet()).get(stages.size() - 1); // of a part of the stages
        }
        Stage best = classifiers.get(classifiers.size() - 1);
        double highest = validation(best);
        for (Stage stage : classifiers) {
            double accuracy = validation(stage);
            if (accuracy > highest || (accuracy == highest && stage.number() < best.number())) {
                best = stage;
                highest = accuracy;
            }
        }
        return best.name();
    }

    private double validation(Stage stage) {
        return figures(stage).validation(networks.trained(stage)).getOrDefault("validationAccuracy", Double.NaN);
    }

    /** The stage that a finished run has delivered; empty where it is not known. */
    static String delivered(Path run) {
        Path file = run.resolve(RESULTS);
        try {
            return Files.exists(file)
                            && Json.parse(Files.readString(file)) instanceof Map<?, ?> results
                            && results.get(DELIVERED) instanceof String name
                    ? name
                    : "";
        } catch (IOException | IllegalArgumentException unreadable) {
            return "";
        }
    }

    private Map<String, Object> frozen(Stage stage, RunResult.Frozen encoder) {
        Map<String, Object> line = new LinkedHashMap<>();
        Map<String, String> protocols = new LinkedHashMap<>();
        line.put("stage", stage.name());
        for (FrozenSuite.Figure figure : encoder.figures()) {
            line.put(figure.name(), figure.accuracy());
            protocols.put(figure.name(), figure.protocol());
        }
        if (Files.exists(stage.best())) {
            List<FrozenSuite.Figure> best = suite(stage, stage.best());
            line.put("best", byName(best));
        }
        Tower tower = labelsAlone ? null : networks.tower(stage, stage.last());
        if (tower != null) {
            line.put("projection", byName(figures(stage).suite(tower, recipe.seed(), false)));
        }
        line.put("picked", "last epoch; best: the epoch of the highest k-NN accuracy on the validation pictures");
        line.put("tested", data.split().test().length);
        line.put("protocols", protocols);
        return line;
    }

    private Figures figures(Stage stage) {
        return Figures.of(stage, data, compute);
    }

    private static Map<String, Double> byName(List<FrozenSuite.Figure> figures) {
        return figures.stream().collect(toMap(FrozenSuite.Figure::name, FrozenSuite.Figure::accuracy));
    }

    private List<FrozenSuite.Figure> suite(Stage stage, Path weights) {
        return figures(stage).suite(networks.encoder(stage, weights), recipe.seed(), labelsAlone);
    }

    private Map<String, Object> headline(Stage stage, RunResult.Row row) {
        boolean best = recipe.keep() == Recipe.Keep.BEST && Files.exists(stage.best());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", stage.name());
        line.put("title", row.title());
        line.put("stage", stage.directory().getFileName().toString());
        line.put("accuracy", row.accuracy());
        line.put("top5", row.top5());
        line.put("ece", row.ece());
        line.put("seconds", row.seconds());
        line.put("parameters", row.parameters());
        line.put("picked", best ? "best epoch on the validation pictures" : "last epoch");
        line.put("lastAccuracy", best ? accuracy(stage, stage.last()) : row.accuracy());
        if (Files.exists(stage.best())) {
            line.put("bestAccuracy", best ? row.accuracy() : accuracy(stage, stage.best()));
        }
        if (isTurned(stage.settings())) {
            line.put("turnedAccuracy", turned(stage)); // mean logits of four orientations
        }
        line.put(
                "protocol",
                "%d test pictures, read once at the end; whole picture, one view; %d labelled pictures for training, %d for validation"
                        .formatted(
                                data.split().test().length,
                                data.split().labelled().length,
                                data.split().validation().length));
        return line;
    }

    /** Whether a network has learnt its classes in all four orientations, if only in the stage that it goes on from. */
    private boolean isTurned(StageSettings settings) {
        if (settings instanceof StageSettings.FineTune s) {
            return isTurned(requireNonNull(recipe.stages().get(s.from())));
        }
        return settings instanceof S4l.Rotation
                || settings instanceof S4l.Moam
                || settings instanceof Taught.MoamRetrain;
    }

    private double turned(Stage stage) {
        ImageClassifier network = networks.trained(stage);
        try (PointerScope scope = new PointerScope()) {
            return figures(stage)
                    .classify(new TurnedAnswers(network), data.split().test())
                    .top1();
        }
    }

    private double accuracy(Stage stage, Path weights) {
        ImageClassifier network = networks.trained(stage, weights);
        try (PointerScope scope = new PointerScope()) {
            return figures(stage).classify(network, data.split().test()).top1();
        }
    }

    private String predictions(Stage stage, Tensor logits) {
        Dataset dataset = data.dataset();
        List<String> classes = data.split().classes();
        Tensor probabilities = torch.softmax(logits, 1); // [n, K]
        long[] guesses = Tensors.toLongs(probabilities.argmax(new LongOptional(1), false));
        float[] confidences = Tensors.toFloats(probabilities.amax(new long[] {1}, false));
        StringBuilder csv = new StringBuilder("picture,label,prediction,confidence,model\n");
        int[] test = data.split().test();
        for (int i = 0; i < test.length; i++) {
            csv.append(String.format(
                    Locale.ROOT,
                    "%s,%s,%s,%.4f,%s%n",
                    quoted(dataset.id(test[i])),
                    quoted(classes.get(data.split().label(test[i]))),
                    quoted(classes.get((int) guesses[i])),
                    confidences[i],
                    stage.name()));
        }
        return csv.toString();
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\n\\r]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private void bundle(
            RunDirectory directory,
            Stage stage,
            ImageClassifier network,
            ClassificationMetrics metrics,
            RunRecord record) {
        Map<String, Object> measured = new LinkedHashMap<>();
        measured.put("testAccuracy", metrics.top1());
        measured.put("testTop5", metrics.top5());
        measured.put("expectedCalibrationError", metrics.ece());
        measured.put("protocol", data.split().test().length + " test pictures, read once at the end; one view each");
        Map<String, Object> provenance = new LinkedHashMap<>();
        for (String key :
                List.of("name", "command", "seed", "version", "commit", "hardware", "data", "versions", "started")) {
            provenance.put(key, record.content().get(key));
        }
        provenance.put("recipe", recipe.text());
        provenance.put("stage", stage.name());
        ClassifierSpec spec = requireNonNull(stage.classifier());
        ModelBundle.write(
                directory.resolve("model"), network, spec, data.split().classes(), measured, provenance);
    }
}
