package io.halflight.app.report;

import io.halflight.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one stage logged.
 *
 * @param number its place in the run, from 1
 * @param name as in the recipe
 * @param title as tables show it
 * @param needs names of the stages whose weights or answers it took over; null where the run does not say
 * @param streams how many pictures each of its two streams had; empty where it had one
 * @param done whether it came to its end
 * @param seconds of training so far
 * @param steps lines of training steps, in order
 * @param evaluations lines of figures on the validation pictures, in order
 * @param warnings what the health watch said
 */
record StageLog(
        int number,
        String name,
        String title,
        @Nullable List<String> needs,
        Fields streams,
        boolean done,
        double seconds,
        List<Line> steps,
        List<Line> evaluations,
        List<String> warnings) {
    /**
     * One line of the log.
     *
     * @param seconds of training in this stage when it was written; an evaluation has those of the step before it
     */
    record Line(double seconds, Map<String, Double> figures) {
        double get(String key) {
            return figures.getOrDefault(key, Double.NaN);
        }
    }

    /**
     * Reads the lines; those cut short by a crash, or still being written, are left out.
     *
     * @param end the content of {@code stage.json}, empty as long as the stage is not done
     */
    static StageLog read(int number, String name, Fields end, List<String> lines) {
        List<Line> steps = new ArrayList<>();
        List<Line> evaluations = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        double seconds = 0;
        for (String line : lines) {
            Fields parsed = parse(line);
            Map<String, Double> figures = parsed.numbers();
            if (!parsed.text("warning").isEmpty()) {
                warnings.add(parsed.text("warning"));
            } else if (figures.containsKey("seconds") && !isEvaluation(figures)) {
                seconds = figures.get("seconds");
                steps.add(new Line(seconds, figures));
            } else if (isEvaluation(figures)) {
                seconds = Math.max(seconds, figures.getOrDefault("seconds", seconds));
                evaluations.add(new Line(seconds, figures));
            }
        }
        String title = end.text("title").isEmpty() ? name : end.text("title");
        double all = Double.isFinite(end.number("seconds")) ? end.number("seconds") : 0;
        return new StageLog(
                number,
                name,
                title,
                end.map().containsKey("needs") ? end.texts("needs") : null,
                end.object("streams"),
                !end.isEmpty(),
                Math.max(all, seconds),
                steps,
                evaluations,
                warnings);
    }

    private static Fields parse(String line) {
        try {
            return Fields.of(Json.parse(line));
        } catch (IllegalArgumentException halfALine) {
            return Fields.NONE;
        }
    }

    private static boolean isEvaluation(Map<String, Double> figures) {
        return figures.containsKey("validationAccuracy") || figures.containsKey("knn") || figures.containsKey("linear");
    }

    boolean has(String key) {
        return steps.stream().anyMatch(line -> Double.isFinite(line.get(key)));
    }

    /** The last finite value of a figure of the steps; NaN if there is none. */
    double last(String key) {
        double last = Double.NaN;
        for (Line line : steps) {
            last = Double.isFinite(line.get(key)) ? line.get(key) : last;
        }
        return last;
    }

    /** The mean of a figure of the steps; NaN if there is none. */
    double mean(String key) {
        return steps.stream()
                .mapToDouble(line -> line.get(key))
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }
}
