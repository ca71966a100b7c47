package io.halflight.app.report;

import io.halflight.app.report.RunData.Row;
import io.halflight.app.report.StageLog.Line;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Classifiers side by side, each from the moment at which its first stage began: what a method takes includes the
 * pretraining and the teachers that it builds on, and nothing else of the run.
 */
final class MethodTimes {
    /** Lines that a chart of usual height keeps apart. */
    private static final int FEW = 6;

    /** How far below the worst end the axis begins: where lines start says little. */
    private static final double BELOW = 0.15;

    private MethodTimes() {}

    /** Nothing unless at least two finished classifiers were watched. */
    static void write(Markup m, RunData data) {
        List<StageLog> watched = data.stages().stream()
                .filter(stage -> stage.needs() != null && !accuracies(stage).isEmpty())
                .toList();
        if (watched.size() < 2) {
            return;
        }
        Map<String, Double> starts = starts(data.stages());
        double end = watched.stream()
                .mapToDouble(stage -> starts.getOrDefault(stage.name(), 0.0) + stage.seconds())
                .max()
                .orElse(0);
        double unit = TimeAxis.unit(end);
        double worst = watched.stream().mapToDouble(MethodTimes::last).min().orElse(0);
        double[] all = watched.stream()
                .flatMap(stage -> accuracies(stage).stream())
                .mapToDouble(line -> Math.max(worst - BELOW, line.get("validationAccuracy")))
                .toArray();
        int height = 260 + 12 * Math.max(0, watched.size() - FEW);
        LineChart chart = new LineChart(
                Scale.exact(0, end / unit), TimeAxis.name(unit), Curves.shares(all), Figures::wholePercent, height);
        StringBuilder description =
                new StringBuilder("Accuracy on the validation pictures over each method's own time.");
        watched.stream()
                .sorted(Comparator.comparingDouble(MethodTimes::last).reversed())
                .forEach(stage -> {
                    List<Line> lines = accuracies(stage);
                    double start = starts.getOrDefault(stage.name(), 0.0);
                    String style = Curves.isDelivered(data, stage) ? "accent" : "";
                    chart.add(new LineChart.Series(
                            stage.title() + " " + Figures.wholePercent(last(stage)),
                            lines.stream()
                                    .mapToDouble(line -> (start + line.seconds()) / unit)
                                    .toArray(),
                            lines.stream()
                                    .mapToDouble(line -> line.get("validationAccuracy"))
                                    .toArray(),
                            lines.size() <= 30 ? style + " dots" : style));
                    description.append(" %s: %s after %s."
                            .formatted(
                                    stage.title(),
                                    Figures.percent(last(stage)),
                                    Figures.duration(start + stage.seconds())));
                });
        m.open("figure");
        m.open("figcaption").element("b", "Accuracy against time");
        m.text(" that each classifier took, with all that it builds on").close("figcaption");
        chart.write(m, "Validation accuracy over each classifier's own time", description.toString());
        m.close("figure");
        table(m, data, watched, starts);
    }

    private static void table(Markup m, RunData data, List<StageLog> watched, Map<String, Double> starts) {
        List<List<String>> rows = new ArrayList<>();
        for (StageLog stage : watched) {
            Row tested = data.headline().stream()
                    .filter(row -> row.name().equals(stage.name()))
                    .findFirst()
                    .orElse(null);
            rows.add(List.of(
                    stage.title(),
                    needs(stage).isEmpty() ? Figures.NONE : String.join(", ", needs(stage)),
                    Figures.duration(starts.getOrDefault(stage.name(), 0.0) + stage.seconds()),
                    Figures.percent(last(stage)),
                    tested == null ? Figures.NONE : Figures.percent(tested.accuracy())));
        }
        DataTable.folded(
                m,
                "Accuracy and time of each classifier as a table",
                List.of("Classifier", "Builds on", "Time with these", "Validation pictures", "Test pictures"),
                rows);
    }

    /** Seconds of all that a stage builds on, directly or not. */
    private static Map<String, Double> starts(List<StageLog> stages) {
        Map<String, Set<String>> below = new LinkedHashMap<>();
        Map<String, Double> starts = new LinkedHashMap<>();
        for (StageLog stage : stages) { // in the order in which they ran: what a stage needs stands before it
            Set<String> names = new LinkedHashSet<>();
            for (String name : needs(stage)) {
                names.add(name);
                names.addAll(below.getOrDefault(name, Set.of()));
            }
            below.put(stage.name(), names);
            starts.put(
                    stage.name(),
                    stages.stream()
                            .filter(other -> names.contains(other.name()))
                            .mapToDouble(StageLog::seconds)
                            .sum());
        }
        return starts;
    }

    private static List<String> needs(StageLog stage) {
        List<String> needs = stage.needs();
        return needs == null ? List.of() : needs;
    }

    private static List<Line> accuracies(StageLog stage) {
        return stage.evaluations().stream()
                .filter(line -> Double.isFinite(line.get("validationAccuracy")))
                .toList();
    }

    private static double last(StageLog stage) {
        List<Line> lines = accuracies(stage);
        return lines.get(lines.size() - 1).get("validationAccuracy");
    }
}
