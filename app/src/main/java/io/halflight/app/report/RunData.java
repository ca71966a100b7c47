package io.halflight.app.report;

import io.halflight.HalflightException;
import io.halflight.app.report.Predictions.Prediction;
import io.halflight.data.PseudoLabel;
import io.halflight.data.PseudoLabelFile;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything a run directory says.
 *
 * @param run the content of {@code run.json}
 * @param headline one row per classifier, the delivered one last
 * @param models details by the names of the rows
 * @param frozen figures of frozen encoders on the test pictures
 * @param pseudoLabels what the delivered classifier says of the training pictures without a label
 * @param map the content of {@code map.json}; empty where there were too few pictures, or the run is older
 * @param curve the content of {@code curve.json}; empty where no curve was measured
 * @param missing one sentence for each file that is not there or cannot be read
 */
record RunData(
        Fields run,
        List<Row> headline,
        Map<String, ModelFigures> models,
        List<Fields> frozen,
        List<StageLog> stages,
        List<Prediction> predictions,
        List<PseudoLabel> pseudoLabels,
        String recipe,
        Fields map,
        Fields curve,
        List<String> missing) {
    /**
     * One classifier on the test pictures.
     *
     * @param last accuracy of the last epoch's weights; NaN if not recorded
     * @param turned accuracy of the mean answer to four orientations; NaN where the network has learnt upright pictures alone
     * @param best accuracy of the weights that were best on the validation pictures; NaN if not recorded
     */
    record Row(
            String name,
            String title,
            String stage,
            double accuracy,
            double top5,
            double ece,
            double seconds,
            double parameters,
            double last,
            double best,
            double turned,
            String picked,
            String protocol) {
        boolean supervised() {
            return Pattern.compile("(?<!semi-?|self-?)supervised", Pattern.CASE_INSENSITIVE)
                    .matcher(name + " " + stage + " " + title)
                    .find();
        }
    }

    static RunData read(Path directory) {
        List<String> missing = new ArrayList<>();
        Fields run = json(directory, "run.json", "data, command and machine are not known", missing);
        Fields results = json(directory, "results.json", "there are no test figures", missing);
        List<String> classes = run.object("data").texts("classes");
        Map<String, ModelFigures> models = new LinkedHashMap<>();
        results.object("models")
                .map()
                .forEach((name, model) -> models.put(String.valueOf(name), ModelFigures.of(Fields.of(model), classes)));
        String predictions = text(directory, "predictions.csv", "no pictures can be shown", missing);
        List<Row> headline =
                results.objects("headline").stream().map(RunData::row).toList();
        return new RunData(
                run,
                headline,
                models,
                Stream.concat(results.objects("frozen").stream(), results.objects("probes").stream())
                        .toList(),
                stages(directory, missing),
                Predictions.read(predictions),
                pseudoLabels(directory, headline, missing),
                text(directory, "recipe.yaml", "the recipe is not known", missing),
                optional(directory, "map.json", "there is no map of the features", missing),
                optional(directory, "curve.json", "there is no curve over labels", missing),
                List.copyOf(missing));
    }

    /** Of the last row; runs that label nothing leave no such file. */
    private static List<PseudoLabel> pseudoLabels(Path directory, List<Row> headline, List<String> missing) {
        if (headline.isEmpty()) {
            return List.of();
        }
        String stage = headline.get(headline.size() - 1).stage();
        Path file = directory.resolve("stages").resolve(stage).resolve(PseudoLabelFile.NAME);
        try {
            return Files.exists(file) ? PseudoLabelFile.read(file) : List.of();
        } catch (HalflightException e) {
            missing.add(e.getMessage() + ".");
            return List.of();
        }
    }

    private static Row row(Fields row) {
        String title = row.text("title");
        return new Row(
                row.text("name"),
                title.isEmpty() ? row.text("name") : title,
                row.text("stage"),
                row.number("accuracy"),
                row.number("top5"),
                row.number("ece"),
                row.number("seconds"),
                row.number("parameters"),
                row.number("lastAccuracy"),
                row.number("bestAccuracy"),
                row.number("turnedAccuracy"),
                row.text("picked"),
                row.text("protocol"));
    }

    /** The classifier that the run delivers: the last row. */
    @Nullable
    Row delivered() {
        return headline.isEmpty() ? null : headline.get(headline.size() - 1);
    }

    /** The first row that was trained on the labels alone, unless it is the delivered one. */
    @Nullable
    Row baseline() {
        return headline.stream()
                .limit(Math.max(0, headline.size() - 1))
                .filter(Row::supervised)
                .findFirst()
                .orElse(null);
    }

    @Nullable
    ModelFigures deliveredFigures() {
        Row row = delivered();
        return row == null ? null : models.get(row.name());
    }

    /** Test pictures; NaN if not known. */
    double tested() {
        double counted = run.object("data").object("counts").number("test");
        ModelFigures figures = deliveredFigures();
        if (Double.isNaN(counted) && figures != null && figures.confusion().length > 0) {
            counted = 0;
            for (int k = 0; k < figures.confusion().length; k++) {
                counted += figures.support(k);
            }
        }
        return counted;
    }

    private static List<StageLog> stages(Path directory, List<String> missing) {
        List<StageLog> stages = new ArrayList<>();
        Path folder = directory.resolve("stages");
        if (!Files.isDirectory(folder)) {
            missing.add("stages is not there: there are no learning curves.");
            return stages;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.filter(Files::isDirectory).toList()) {
                stages.add(stage(entry, missing));
            }
        } catch (IOException e) {
            missing.add("stages cannot be read (" + e.getMessage() + "): there are no learning curves.");
        }
        stages.sort(Comparator.comparingInt(StageLog::number).thenComparing(StageLog::name));
        return stages;
    }

    private static StageLog stage(Path folder, List<String> missing) {
        String label = folder.getFileName().toString();
        boolean numbered = label.matches("\\d{1,6}-.*");
        int number = numbered ? Integer.parseInt(label.substring(0, label.indexOf('-'))) : 0;
        String name = numbered ? label.substring(label.indexOf('-') + 1) : label;
        Fields end = json(folder, "stage.json", "", new ArrayList<>()); // written when the stage is done
        Path log = folder.resolve("metrics.jsonl");
        List<String> lines = List.of();
        try {
            lines = Files.readAllLines(log);
        } catch (IOException e) {
            missing.add("stages/" + label + "/metrics.jsonl is not there: this stage has no curves.");
        }
        return StageLog.read(number, name, end, lines);
    }

    private static Fields optional(Path directory, String name, String consequence, List<String> missing) {
        return Files.exists(directory.resolve(name)) ? json(directory, name, consequence, missing) : Fields.NONE;
    }

    private static Fields json(Path directory, String name, String consequence, List<String> missing) {
        String text = text(directory, name, consequence, missing);
        try {
            return text.isEmpty() ? Fields.NONE : Fields.of(Json.parse(text));
        } catch (IllegalArgumentException e) {
            missing.add(name + " is damaged (" + e.getMessage() + "): " + consequence + ".");
            return Fields.NONE;
        }
    }

    private static String text(Path directory, String name, String consequence, List<String> missing) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            boolean there = Files.exists(directory.resolve(name));
            missing.add(name + (there ? " cannot be read: " : " is not there: ") + consequence + ".");
            return "";
        }
    }
}
