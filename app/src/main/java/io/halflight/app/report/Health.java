package io.halflight.app.report;

import io.halflight.app.report.StageLog.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;

/** Whether the machine was kept busy and the optimisation stayed sound. */
final class Health {
    private Health() {}

    static void write(Markup m, RunData data) {
        List<StageLog> stages = data.stages();
        if (stages.stream().allMatch(stage -> stage.steps().isEmpty())) {
            m.element("p", "Nothing to show: no stage has logged a step.", "class", "absent");
            return;
        }
        warnings(m, stages);
        m.open("div", "class", "panels");
        panel(m, data, "picturesPerSecond", "Pictures per second", Figures::magnitude, Kind.FROM_ZERO);
        panel(m, data, "waiting", "Time spent waiting for data", Figures::wholePercent, Kind.SHARE);
        panel(m, data, "gradientNorm", "Gradient norm", Figures::plain, Kind.LOGARITHMIC);
        panel(
                m,
                data,
                "featureDeviation",
                "Spread of the features (1 is full, 0 collapsed)",
                Figures::plain,
                Kind.FROM_ZERO);
        panel(m, data, "effectiveRank", "Effective rank of the features", Figures::plain, Kind.FROM_ZERO);
        panel(m, data, "positive", "Similarity of two views of a picture", Figures::plain, Kind.FROM_ZERO);
        panel(m, data, "negative", "Similarity of different pictures", Figures::plain, Kind.FROM_ZERO);
        panel(m, data, "alignment", "Alignment: squared distance of views", Figures::plain, Kind.FROM_ZERO);
        panel(m, data, "uniformity", "Uniformity: lower is more even", Figures::plain, Kind.FROM_ZERO);
        m.close("div");
        summary(m, stages);
        lastFigures(m, stages);
    }

    private static void warnings(Markup m, List<StageLog> stages) {
        List<String> all = stages.stream().flatMap(s -> s.warnings().stream()).toList();
        if (!all.isEmpty()) {
            m.open("ul", "class", "missing");
            all.forEach(warning -> m.element("li", warning));
            m.close("ul");
        }
    }

    private enum Kind {
        FROM_ZERO,
        SHARE,
        LOGARITHMIC
    }

    private static void panel(
            Markup m, RunData data, String key, String title, DoubleFunction<String> text, Kind kind) {
        List<StageLog> stages = data.stages();
        if (stages.stream().noneMatch(stage -> stage.has(key))) {
            return;
        }
        TimeAxis time = TimeAxis.of(stages);
        List<LineChart.Series> lines = new ArrayList<>();
        StringBuilder description = new StringBuilder("Means:");
        for (int i = 0; i < stages.size(); i++) {
            StageLog stage = stages.get(i);
            if (stage.has(key)) {
                List<Line> steps = stage.steps().stream()
                        .filter(l -> Double.isFinite(l.get(key)))
                        .toList();
                double[] y = steps.stream().mapToDouble(line -> line.get(key)).toArray();
                String styles = Curves.isDelivered(data, stage) ? "accent" : "";
                lines.add(new LineChart.Series("", time.at(i, steps), y, styles).thinned(LineChart.POINTS / 2));
                description.append(" %s %s;".formatted(stage.title(), text.apply(stage.mean(key))));
            }
        }
        LineChart chart = new LineChart(time.scale(), time.name(), scale(lines, kind), text, 130);
        for (int i = 0; i < stages.size(); i++) {
            double share = stages.get(i).seconds() / time.unit() / time.end();
            chart.mark(
                    time.starts()[i],
                    share > 0.05 ? Integer.toString(stages.get(i).number()) : "");
        }
        lines.forEach(chart::add);
        m.open("figure").open("figcaption").element("b", title).close("figcaption");
        chart.write(m, title, description.toString());
        m.close("figure");
    }

    private static Scale scale(List<LineChart.Series> lines, Kind kind) {
        double[] all = lines.stream().flatMapToDouble(l -> Arrays.stream(l.y())).toArray();
        double low = Arrays.stream(all).min().orElse(0);
        double high = Arrays.stream(all).max().orElse(1);
        return switch (kind) {
            case FROM_ZERO -> Scale.round(Math.min(0, low), high);
            case SHARE -> Scale.exact(0, high <= 0.1 ? 0.1 : high <= 0.5 ? 0.5 : 1);
            case LOGARITHMIC -> Scale.logarithmic(low, high);
        };
    }

    private static void summary(Markup m, List<StageLog> stages) {
        List<List<String>> rows = new ArrayList<>();
        for (StageLog stage : stages) {
            if (stage.steps().isEmpty()) {
                rows.add(List.of(
                        stage.number() + " " + stage.title(),
                        "0",
                        Figures.NONE,
                        Figures.NONE,
                        Figures.NONE,
                        Figures.NONE,
                        Figures.NONE,
                        Figures.NONE));
                continue;
            }
            double first = stage.steps().get(0).get("loss");
            rows.add(List.of(
                    stage.number() + " " + stage.title(),
                    steps(stage),
                    Figures.duration(stage.seconds()),
                    Figures.count(stage.mean("picturesPerSecond")),
                    Figures.percent(stage.mean("waiting")),
                    Figures.plain(stage.mean("gradientNorm")),
                    Figures.loss(first) + " \u2192 " + Figures.loss(stage.last("loss")),
                    untaught(stage)));
        }
        DataTable.open(
                m,
                "Stages",
                List.of(
                        "Stage",
                        "Steps",
                        "Training time",
                        "Pictures/s",
                        "Waiting",
                        "Gradient norm",
                        "Loss",
                        "Loss untaught"),
                rows);
    }

    /** The loss of a network that knows nothing. */
    private static String untaught(StageLog stage) {
        double start = stage.last("expectedStart");
        return Double.isFinite(start) ? Figures.loss(start) : Figures.NONE;
    }

    private static String steps(StageLog stage) {
        double done = stage.last("step");
        double all = stage.last("steps");
        return done < all && !stage.done()
                ? Figures.count(done) + " of " + Figures.count(all)
                : Figures.count(stage.done() ? all : done);
    }

    private static void lastFigures(Markup m, List<StageLog> stages) {
        List<List<String>> rows = new ArrayList<>();
        for (StageLog stage : stages) {
            if (stage.steps().isEmpty()) {
                continue;
            }
            Map<String, Double> last =
                    stage.steps().get(stage.steps().size() - 1).figures();
            last.forEach((key, value) -> rows.add(List.of(stage.title(), Figures.words(key), Figures.plain(value))));
        }
        DataTable.folded(m, "The last logged step of each stage", List.of("Stage", "Figure", "Value"), rows);
    }
}
