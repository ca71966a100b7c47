package io.halflight.app.report;

import io.halflight.app.report.StageLog.Line;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** How many of its own answers a method took for labels as it learned, and of which classes. */
final class PseudoCharts {
    private static final String RATE = "maskRate";
    private static final String SHARE = "pseudo.";

    /** More lines than this are a thicket. */
    private static final int DRAWN = 12;

    /** One batch says little about a class, so that lines are means of so many stretches. */
    private static final int STRETCHES = 24;

    private PseudoCharts() {}

    static boolean isFor(StageLog stage) {
        return stage.has(RATE) || stage.has(SHARE + 0);
    }

    static void write(Markup m, RunData data) {
        List<StageLog> stages =
                data.stages().stream().filter(PseudoCharts::isFor).toList();
        if (stages.isEmpty()) {
            return;
        }
        m.open("div", "class", "panels wide");
        for (StageLog stage : stages) {
            if (stage.has(RATE)) {
                rate(m, data, stage);
            }
            if (stage.has(SHARE + 0)) {
                shares(m, data, stage);
            }
        }
        m.close("div");
    }

    private static void rate(Markup m, RunData data, StageLog stage) {
        LineChart.Series line = series(data, stage, RATE, "accent");
        double last = atTheEnd(line);
        double high = Arrays.stream(line.y()).filter(Double::isFinite).max().orElse(1);
        LineChart chart = chart(data, stage, Scale.exact(0, high <= 0.5 ? 0.5 : 1));
        chart.add(new LineChart.Series(Figures.wholePercent(last), line.x(), line.y(), line.styles()));
        caption(m, data, stage, "Answers taken for labels");
        chart.write(
                m,
                "Answers taken for labels in " + stage.title(),
                "Share of the unlabelled pictures over training time; %s at the end.".formatted(Figures.percent(last)));
        m.close("figure");
    }

    private static void shares(Markup m, RunData data, StageLog stage) {
        List<String> names = data.run().object("data").texts("classes");
        List<LineChart.Series> all = IntStream.iterate(0, k -> stage.has(SHARE + k), k -> k + 1)
                .mapToObj(k -> series(data, stage, SHARE + k, "").thinned(STRETCHES))
                .toList();
        List<Integer> order = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer k) -> atTheEnd(all.get(k)))
                        .reversed())
                .toList();
        double high = all.stream()
                .flatMapToDouble(line -> Arrays.stream(line.y()))
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        LineChart chart = chart(
                data,
                stage,
                Scale.exact(0, Math.min(1, Math.max(0.05, Scale.round(0, high).high()))));
        StringBuilder description = new StringBuilder("Shares of the classes at the end:");
        for (int place = 0; place < order.size(); place++) {
            int k = order.get(place);
            LineChart.Series line = all.get(k);
            String name = k < names.size() ? names.get(k) : "class " + k;
            String told = name + " " + Figures.wholePercent(atTheEnd(line));
            description.append(place == 0 ? " " : ", ").append(told);
            if (place < DRAWN / 2 || place >= order.size() - DRAWN / 2) {
                boolean first = place == 0; // one label: more of them cover the lines on a phone
                chart.add(new LineChart.Series(first ? told : "", line.x(), line.y(), first ? "accent" : "faint"));
            }
        }
        caption(m, data, stage, "Their classes");
        chart.write(m, "Classes of the answers taken in " + stage.title(), description + ".");
        m.close("figure");
    }

    private static void caption(Markup m, RunData data, StageLog stage, String what) {
        boolean several = data.stages().stream().filter(PseudoCharts::isFor).count() > 1;
        m.open("figure").open("figcaption").element("b", what);
        m.text(several ? ", " + stage.number() + " " + stage.title() : " over training time")
                .close("figcaption");
    }

    private static LineChart chart(RunData data, StageLog stage, Scale y) {
        TimeAxis time = TimeAxis.of(data.stages());
        int index = data.stages().indexOf(stage);
        Scale x = Scale.exact(time.at(index, 0), time.at(index, stage.seconds()));
        return new LineChart(x, time.name(), y, Figures::wholePercent, 160);
    }

    private static LineChart.Series series(RunData data, StageLog stage, String key, String styles) {
        List<Line> lines = stage.steps().stream()
                .filter(line -> Double.isFinite(line.get(key)))
                .toList();
        double[] y = lines.stream().mapToDouble(line -> line.get(key)).toArray();
        double[] x = TimeAxis.of(data.stages()).at(data.stages().indexOf(stage), lines);
        return new LineChart.Series("", x, y, styles).thinned(LineChart.POINTS / 2);
    }

    /** The mean of the last tenth. */
    private static double atTheEnd(LineChart.Series line) {
        int from = line.y().length - Math.max(1, line.y().length / 10);
        return Arrays.stream(line.y(), from, line.y().length).average().orElse(Double.NaN);
    }
}
