package io.halflight.app.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Accuracy against labels per class, as {@code curve.json} holds it. */
final class LabelEfficiency {
    static final List<String> NOTES = List.of(
            "Trained again for each number of labels and each seed; pretraining and test pictures are the run's own.",
            "A probe of the frozen encoder is fitted to these labels alone; no validation picture sets its penalty.",
            "Upright lines: standard deviation over the seeds, which draw the labels and the first weights.");

    /** Two methods are set apart by this share of the axis: their deviations would hide each other. */
    private static final double APART = 0.007;

    private LabelEfficiency() {}

    static void write(Markup m, RunData data) {
        Fields curve = data.curve();
        List<Fields> means = curve.objects("means").stream()
                .filter(mean -> mean.number("labels") > 0 && Double.isFinite(mean.number("mean")))
                .toList();
        if (means.isEmpty()) {
            m.element("p", "No point of the curve is finished yet.", "class", "absent");
            return;
        }
        chart(m, data, means);
        table(m, curve, means);
        points(m, curve);
    }

    private static void chart(Markup m, RunData data, List<Fields> means) {
        Fields curve = data.curve();
        double[] labels = numbers(means, "labels");
        double most = DoubleStream.of(labels).max().orElse(1);
        double[] ends = means.stream()
                .flatMapToDouble(mean -> DoubleStream.of(low(mean), high(mean)))
                .toArray();
        Scale x = Scale.logarithmic(DoubleStream.of(labels).min().orElse(1), most);
        LineChart chart = new LineChart(x, "per class", Curves.shares(ends), Figures::wholePercent, 300);
        StringBuilder description = new StringBuilder("Mean accuracy on the test pictures against labels per class.");
        List<Fields> methods = curve.objects("methods");
        for (int i = 0; i < methods.size(); i++) {
            Fields method = methods.get(i);
            List<Fields> own = of(means, method);
            if (own.isEmpty()) {
                continue;
            }
            String style = style(data, method.text("name"));
            double aside = Math.pow(x.high() / x.low(), APART * (i - (methods.size() - 1) / 2.0));
            for (Fields mean : own) {
                if (Double.isFinite(mean.number("deviation"))) {
                    chart.whisker(mean.number("labels") * aside, low(mean), high(mean), style);
                }
            }
            double last = own.get(own.size() - 1).number("mean");
            chart.add(new LineChart.Series(
                    method.text("title") + " " + Figures.wholePercent(last),
                    own.stream()
                            .mapToDouble(mean -> mean.number("labels") * aside)
                            .toArray(),
                    numbers(own, "mean"),
                    (style + " dots").strip()));
            description.append(" %s: %s with %s, %s with %s."
                    .formatted(
                            method.text("title"),
                            Figures.percent(own.get(0).number("mean")),
                            own.get(0).text("labels"),
                            Figures.percent(last),
                            own.get(own.size() - 1).text("labels")));
        }
        m.open("figure");
        m.open("figcaption").element("b", "Accuracy on the test pictures");
        m.text(" against labelled pictures per class, mean over seeds").close("figcaption");
        chart.write(m, "Accuracy against labels per class", description.toString());
        m.close("figure");
    }

    private static String style(RunData data, String method) {
        RunData.Row delivered = data.delivered();
        if (delivered != null && delivered.name().equals(method)) {
            return "accent";
        }
        return data.headline().stream().anyMatch(row -> row.name().equals(method)) ? "" : "thin"; // a probe
    }

    private static void table(Markup m, Fields curve, List<Fields> means) {
        List<Fields> methods = curve.objects("methods");
        List<String> heading = new ArrayList<>(List.of("Labels per class"));
        methods.forEach(method -> heading.add(method.text("title")));
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (Fields mean : means) {
            rows.computeIfAbsent(mean.text("labels"), n -> new ArrayList<>(List.of(n)));
        }
        rows.forEach((labels, row) -> methods.forEach(method -> row.add(of(means, method).stream()
                .filter(mean -> mean.text("labels").equals(labels))
                .findFirst()
                .map(mean -> cell(mean, curve.number("seeds")))
                .orElse(Figures.NONE))));
        DataTable.open(m, "Accuracy by labels per class and method", heading, List.copyOf(rows.values()));
    }

    /** {@code 72.4 % ± 1.1}, and of how many seeds where some are missing. */
    private static String cell(Fields mean, double seeds) {
        String text = Figures.percent(mean.number("mean"));
        if (Double.isFinite(mean.number("deviation"))) {
            text += " \u00b1\u00a0" + Figures.format("%.1f", 100 * mean.number("deviation"));
        }
        return mean.number("seeds") < seeds
                ? text + " (%s of %s seeds)".formatted(Figures.count(mean.number("seeds")), Figures.count(seeds))
                : text;
    }

    private static void points(Markup m, Fields curve) {
        List<List<String>> rows = new ArrayList<>();
        for (Fields method : curve.objects("methods")) {
            for (Fields point : of(curve.objects("points"), method)) {
                rows.add(List.of(
                        method.text("title"),
                        point.text("labels"),
                        point.text("seed"),
                        Figures.percent(point.number("accuracy")),
                        point.text("protocol")));
            }
        }
        DataTable.folded(
                m, "Every point and its protocol", List.of("Method", "Labels", "Seed", "Accuracy", "Protocol"), rows);
    }

    private static List<Fields> of(List<Fields> lines, Fields method) {
        return lines.stream()
                .filter(line -> line.text("figure").equals(method.text("name")))
                .toList();
    }

    private static double low(Fields mean) {
        return mean.number("mean") - deviation(mean);
    }

    private static double high(Fields mean) {
        return mean.number("mean") + deviation(mean);
    }

    private static double deviation(Fields mean) {
        return Double.isFinite(mean.number("deviation")) ? mean.number("deviation") : 0;
    }

    private static double[] numbers(List<Fields> lines, String key) {
        return lines.stream().mapToDouble(line -> line.number(key)).toArray();
    }
}
