package io.halflight.app.report;

import io.halflight.app.report.RunData.Row;
import io.halflight.app.report.StageLog.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

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
            MethodTimes.write(m, data);
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
        streams(m, stages);
    }

    /** Whether a stage made the classifier that the run delivers. */
    static boolean isDelivered(RunData data, StageLog stage) {
        Row delivered = data.delivered();
        return delivered != null && delivered.name().equals(stage.name());
    }

    private static void accuracy(Markup m, RunData data, TimeAxis time) {
        List<StageLog> stages = data.stages();
        LineChart chart = new LineChart(time.scale(), time.name(), accuracies(stages), Figures::wholePercent, 260);
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
        double[] losses =
                stage.steps().stream().mapToDouble(line -> line.get("loss")).toArray();
        String styles = isDelivered(data, stage) ? "accent" : "";
        String last = Figures.loss(stage.last("loss"));
        LineChart.Series line =
                new LineChart.Series(last, time.at(index, stage.steps()), losses, styles).thinned(LineChart.POINTS);
        double low = finite(line.y()).min().orElse(0);
        double high = finite(line.y()).max().orElse(1);
        Scale x = Scale.exact(time.at(index, 0), time.at(index, stage.seconds()));
        Scale y = Scale.round(low, high);
        LineChart chart = new LineChart(x, time.name(), y, tick -> y.text(tick, LineChart.TICKS), 120);
        chart.add(line);
        m.open("figure").open("figcaption").element("b", stage.number() + " " + stage.title());
        m.text(" loss").close("figcaption");
        chart.write(
                m,
                "Loss of " + stage.title(),
                "From %s to %s in %s, %d logged steps."
                        .formatted(
                                Figures.loss(first(losses)), last, Figures.duration(stage.seconds()), losses.length));
        m.close("figure");
    }
    /** The part of [0, 1] that the curves use. */
    private static Scale accuracies(List<StageLog> stages) {
        double[] all = stages.stream()
                .flatMap(stage -> stage.evaluations().stream())
                .flatMapToDouble(line -> ACCURACIES.keySet().stream().mapToDouble(line::get))
                .toArray();
        return shares(all);
    }

    /** An axis for the part of [0, 1] that shares use. */
    static Scale shares(double... all) {
        double low = finite(all).min().orElse(0);
        double high = finite(all).max().orElse(1);
        Scale scale = Scale.round(low, high + (high - low) / 12); // room for labels
        return Scale.exact(Math.max(0, scale.low()), Math.min(1, scale.high()));
    }

    private static DoubleStream finite(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite);
    }

    private static double first(double[] values) {
        return finite(values).findFirst().orElse(Double.NaN);
    }

    /** Whether pictures with a label were also met without it decides how a method's figures may be compared. */
    private static void streams(Markup m, List<StageLog> stages) {
        List<List<String>> rows = stages.stream()
                .filter(stage -> !stage.streams().isEmpty())
                .map(stage -> List.of(
                        stage.title(),
                        Figures.count(stage.streams().number("labelled")),
                        Figures.count(stage.streams().number("unlabelled")),
                        stage.streams().text("labelledInside").equals("true") ? "yes" : "no"))
                .toList();
        if (!rows.isEmpty()) {
            DataTable.folded(
                    m,
                    "Pictures in the streams of each stage",
                    List.of("Stage", "Labelled stream", "Unlabelled stream", "Labelled pictures in both"),
                    rows);
        }
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
