package io.halflight.app.report;

import io.halflight.app.report.BarChart.Bar;
import io.halflight.app.report.RunData.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Accuracy of every classifier on the test pictures. */
final class Results {
    private static final Map<String, String> PROBES =
            new TreeMap<>(Map.of("knn", "k-NN", "linear", "Logistic regression", "linearSgd", "Linear probe by SGD"));

    private Results() {}

    static void write(Markup m, RunData data) {
        if (data.headline().isEmpty()) {
            m.element("p", "No test results: the test pictures are read once, at the end of a run.", "class", "absent");
            frozen(m, data);
            return;
        }
        Row baseline = data.baseline();
        double reference = baseline == null ? Double.NaN : baseline.accuracy();
        List<Bar> bars = new ArrayList<>();
        for (Row row : data.headline()) {
            double[] interval = Verdict.interval(row.accuracy(), data.tested());
            String difference =
                    baseline == null || row.equals(baseline) ? "" : Figures.points(row.accuracy() - reference);
            bars.add(new Bar(
                    row.title(),
                    row.accuracy(),
                    interval[0],
                    interval[1],
                    List.of(Figures.percent(row.accuracy()), difference),
                    row.equals(data.delivered()) ? "accent" : ""));
        }
        String points = baseline == null ? "" : "vs " + baseline.title().toLowerCase(java.util.Locale.ROOT);
        BarChart.write(
                m, "Accuracy on the test pictures", List.of("Model", "Accuracy", points), bars, reference, "headline");
        if (data.tested() > 0) {
            m.element(
                    "p",
                    "Pale ends: 95\u00a0%% interval for the draw of %s test pictures. Other seeds may differ by more."
                            .formatted(Figures.count(data.tested())),
                    "class",
                    "small");
        }
        table(m, data);
        frozen(m, data);
    }

    private static void table(Markup m, RunData data) {
        List<List<String>> rows = new ArrayList<>();
        boolean turned = data.headline().stream().anyMatch(row -> Double.isFinite(row.turned()));
        for (Row row : data.headline()) {
            List<String> cells = new ArrayList<>(List.of(row.title(), Figures.percent(row.accuracy())));
            if (turned) {
                cells.add(optional(row.turned()));
            }
            cells.addAll(List.of(
                    Figures.percent(row.top5()),
                    Figures.percent(row.ece()),
                    Figures.magnitude(row.parameters()),
                    Figures.duration(row.seconds())));
            rows.add(cells);
        }
        List<String> heading = new ArrayList<>(
                List.of("Model", "Accuracy", "Top-5", "Calibration error", "Parameters", "Training time"));
        if (turned) {
            heading.add(2, "Of four orientations");
        }
        DataTable.open(m, "All test figures", heading, rows);
    }

    /** A probe taken while training has an epoch and belongs to the curves. */
    private static void frozen(Markup m, RunData data) {
        List<List<String>> rows = new ArrayList<>();
        Map<String, String> protocols = new LinkedHashMap<>();
        for (Fields line : data.frozen()) {
            if (line.map().containsKey("epoch")) {
                continue;
            }
            PROBES.forEach((key, name) -> {
                if (Double.isFinite(line.number(key))) {
                    rows.add(List.of(
                            line.text("stage"),
                            name,
                            Figures.percent(line.number(key)),
                            optional(line.object("best").number(key)),
                            optional(line.object("projection").number(key))));
                    protocols.put(
                            line.text("stage") + ", " + name,
                            line.object("protocols").text(key));
                }
            });
        }
        if (rows.isEmpty()) {
            return;
        }
        DataTable.open(
                m,
                "Frozen encoders on the test pictures",
                List.of("Stage", "Judged by", "Last epoch", "Best epoch", "Projection"),
                rows);
        protocols.forEach((name, protocol) -> m.element("p", name + ": " + protocol + ".", "class", "small"));
    }

    private static String optional(double share) {
        return Double.isFinite(share) ? Figures.percent(share) : Figures.NONE;
    }
}
