package io.halflight.app.report;

import io.halflight.app.report.RunData.Row;
import io.halflight.app.report.StageLog.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How the run learned: accuracy of all stages over one time axis, and the loss of each. */
final class Curves {
    private static final Map<String, String> ACCURACIES = accuracies();

    private Curves() {}

    private static Map<String, String> accuracies() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("linear", "linear probe");
        names.put("knn", "k-NN");
        names.put("validationAccuracy", "");
        return names;
    }

    static void write(Markup m, RunData data) {
        List<StageLog> stages = data.stages();
        if (stages.stream().allMatch(s -> s.steps().isEmpty() && s.evaluations().isEmpty())) {
            m.element("p", "No curves: no stage has logged a step.", "class", "absent");
            return;
        }
        TimeAxis time = TimeAxis.of(stages);
        if (stages.stream().anyMatch(s -> !s.evaluations().isEmpty())) {
            accuracy(m, data, time);
        } else {
            m.element("p", "No accuracy over time: the run keeps no validation pictures.", "class", "absent");
        }
        m.open("div", "class", "panels");
        for (int i = 0; i < stages.size(); i++) {
            if (stages.get(i).has("loss")) {
                loss(m, data, time, i);
            }
        }
        m.close("div");
        table(m, stages);
    }

    /** Whether a stage made the classifier that the run delivers. */
    static boolean isDelivered(RunData data, StageLog stage) {
        Row delivered = data.delivered();
        return delivered != null && delivered.name().equals(stage.name());
    }

    private static void accuracy(Markup m, RunData data, TimeAxis time) {
        List<StageLog> stages = data.stages();
        LineChart chart = new LineChart(time.scale(), time::tick, Scale.exact(0, 1), Figures::wholePercent, 260);
        time.mark(chart, stages);
        StringBuilder description = new StringBuilder("Accuracy on the validation pictures over training time.");
        for (int i = 0; i < stages.size(); i++) {
            StageLog stage = stages.get(i);
            for (Map.Entry<String, String> kind : ACCURACIES.entrySet()) {
                List<Line> lines = stage.evaluations().stream()
                        .filter(line -> Double.isFinite(line.get(kind.getKey())))
                        .toList();
                if (lines.isEmpty()) {
                    continue;
                }
                String name = kind.getValue().isEmpty() ? stage.title() : kind.getValue();
                double last = lines.get(lines.size() - 1).get(kind.getKey());
                double[] y = lines.stream()
                        .mapToDouble(line -> line.get(kind.getKey()))
                        .toArray();
                String style =
                        isDelivered(data, stage) ? "accent" : kind.getValue().isEmpty() ? "" : "thin";
                chart.add(new LineChart.Series(
                        name + " " + Figures.wholePercent(last),
                        time.at(i, lines),
                        y,
                        y.length <= 30 ? style + " dots" : style));
                description.append(" %s, %s: %s at the end.".formatted(stage.title(), name, Figures.percent(last)));
            }
        }
        m.open("figure");
        m.open("figcaption").element("b", "Accuracy on the validation pictures");
        m.text(" over training time, stage after stage").close("figcaption");
        chart.write(m, "Validation accuracy of all stages", description.toString());
        m.close("figure");
    }

    private static void loss(Markup m, RunData data, TimeAxis time, int index) {
        StageLog stage = data.stages().get(index);
        double[] y =
                stage.steps().stream().mapToDouble(line -> line.get("loss")).toArray();
        String styles = isDelivered(data, stage) ? "accent" : "";
        String last = Figures.plain(Math.round(stage.last("loss") * 1000) / 1000.0);
        LineChart.Series line =
                new LineChart.Series(last, time.at(index, stage.steps()), y, styles).thinned(LineChart.POINTS);
        double low =
                Stream.of(line).flatMap(l -> finite(l.y())).min(Double::compare).orElse(0.0);
        double high =
                Stream.of(line).flatMap(l -> finite(l.y())).max(Double::compare).orElse(1.0);
        Scale x = Scale.exact(time.at(index, 0), time.at(index, stage.seconds()));
        LineChart chart = new LineChart(x, time::tick, Scale.round(low, high), Figures::plain, 120);
        chart.add(line);
        m.open("figure").open("figcaption").element("b", stage.number() + " " + stage.title());
        m.text(" loss").close("figcaption");
        chart.write(
                m,
                "Loss of " + stage.title(),
                "From %s to %s in %s, %d logged steps."
                        .formatted(Figures.plain(first(y)), last, Figures.duration(stage.seconds()), y.length));
        m.close("figure");
    }

    private static Stream<Double> finite(double[] values) {
        return java.util.Arrays.stream(values).filter(Double::isFinite).boxed();
    }

    private static double first(double[] values) {
        return finite(values).findFirst().orElse(Double.NaN);
    }

    private static void table(Markup m, List<StageLog> stages) {
        List<List<String>> rows = new ArrayList<>();
        for (StageLog stage : stages) {
            for (Line line : stage.evaluations()) {
                rows.add(List.of(
                        stage.title(),
                        Figures.count(line.get("epoch")),
                        Figures.duration(line.seconds()),
                        Figures.percent(line.get("validationAccuracy")),
                        Figures.percent(line.get("knn")),
                        Figures.percent(line.get("linear"))));
            }
        }
        DataTable.folded(
                m,
                "Accuracy on the validation pictures as a table",
                List.of("Stage", "Epoch", "Time in stage", "Classifier", "k-NN", "Linear probe"),
                rows);
    }
}
