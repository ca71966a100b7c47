package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halflight.bundle.Prediction;
import io.halflight.bundle.Prediction.Score;
import io.halflight.data.Csv;
import io.halflight.json.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How predictions are printed, one after the other as they come. */
interface Answers {
    void write(Path file, Prediction prediction);

    /** For people: {@code cat.jpg  cat 98.1%, dog 1.2%}. */
    static Answers text(Console console, int top) {
        return (file, prediction) -> console.out()
                .println(file + "  "
                        + scores(prediction, top).stream()
                                .map(score -> score.label() + " " + Text.percent(score.probability()))
                                .collect(Collectors.joining(", ")));
    }

    /** A header and a row for each picture: path, then label and confidence once for each of the {@code top} classes. UTF-8. */
    static Answers csv(PrintStream out, int top) {
        PrintStream lines = new PrintStream(out, false, UTF_8);
        StringBuilder header = new StringBuilder("path,label,confidence");
        for (int i = 2; i <= top; i++) {
            header.append(",label").append(i).append(",confidence").append(i);
        }
        lines.println(header);
        return (file, prediction) -> {
            StringBuilder row = new StringBuilder(Csv.quoted(file.toString()));
            List<Score> scores = scores(prediction, top);
            for (int i = 0; i < top; i++) { // always as many columns as the header
                row.append(',')
                        .append(i < scores.size() ? Csv.quoted(scores.get(i).label()) : "");
                row.append(',').append(i < scores.size() ? probability(scores.get(i)) : "");
            }
            lines.println(row);
            lines.flush();
        };
    }

    /** An object a line: path, label, confidence, and the {@code top} scores. UTF-8. */
    static Answers json(PrintStream out, int top) {
        PrintStream lines = new PrintStream(out, true, UTF_8);
        return (file, prediction) -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("path", file);
            line.put("label", prediction.label());
            line.put("confidence", prediction.confidence());
            line.put("scores", scores(prediction, top));
            lines.println(Json.write(line));
        };
    }

    private static List<Score> scores(Prediction prediction, int top) {
        return prediction.scores().subList(0, Math.min(top, prediction.scores().size()));
    }

    private static String probability(Score score) {
        return String.format(Locale.ROOT, "%.6f", score.probability());
    }
}
