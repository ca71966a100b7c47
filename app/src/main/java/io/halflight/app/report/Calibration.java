package io.halflight.app.report;

import io.halflight.app.report.ModelFigures.Bin;
import io.halflight.app.report.RunData.Row;
import java.util.ArrayList;
import java.util.List;

/** Whether a confidence of 80 % is right in 80 of 100 cases: one reliability diagram per classifier. */
final class Calibration {
    private static final double LARGEST = 9;
    private static final double SMALLEST = 2;

    private Calibration() {}

    static void write(Markup m, RunData data) {
        boolean any = false;
        List<List<String>> rows = new ArrayList<>();
        m.open("div", "class", "panels squares");
        for (Row row : data.headline()) {
            ModelFigures figures = data.models().get(row.name());
            if (figures != null && !figures.calibration().isEmpty()) {
                diagram(m, row, figures.calibration(), row.equals(data.delivered()) ? "accent" : "");
                for (Bin bin : figures.calibration()) {
                    rows.add(List.of(
                            row.title(),
                            Figures.percent(bin.confidence()),
                            Figures.percent(bin.accuracy()),
                            Figures.count(bin.count())));
                }
                any = true;
            }
        }
        m.close("div");
        if (!any) {
            m.element("p", "No calibration: results.json holds no bins.", "class", "absent");
        }
        DataTable.folded(m, "Reliability as a table", List.of("Model", "Mean confidence", "Right", "Pictures"), rows);
    }

    private static void diagram(Markup m, Row row, List<Bin> bins, String styles) {
        double most = bins.stream().mapToDouble(Bin::count).max().orElse(1);
        m.open("figure").open("figcaption").element("b", row.title());
        m.text(" off by " + Figures.percent(row.ece())).close("figcaption");
        Svg svg = Svg.open(
                m,
                "plot",
                220,
                "Reliability of " + row.title(),
                "Share that is right against confidence, %d bins; expected calibration error %s."
                        .formatted(bins.size(), Figures.percent(row.ece())));
        for (double tick : new double[] {0, 0.5, 1}) {
            svg.line(0, 1 - tick, 1, 1 - tick, "grid");
            svg.text(Figures.wholePercent(tick), 0, 1 - tick, -8, 4, "tick end");
            svg.text(Figures.wholePercent(tick), tick, 1, 0, 18, "tick " + anchor(tick));
        }
        svg.line(0, 1, 1, 0, "diagonal");
        svg.text("right", 0, 0, 6, 14, "tick");
        svg.text("confidence", 1, 1, -6, -7, "tick end");
        for (Bin bin : bins) {
            svg.line(bin.confidence(), 1 - bin.confidence(), bin.confidence(), 1 - bin.accuracy(), "gap");
        }
        for (Bin bin : bins) {
            double radius = Math.max(SMALLEST, LARGEST * Math.sqrt(bin.count() / most));
            svg.dot(bin.confidence(), 1 - bin.accuracy(), radius, "dot " + styles);
        }
        svg.close();
        m.close("figure");
    }

    private static String anchor(double tick) {
        return tick == 0 ? "" : tick == 1 ? "end" : "middle";
    }
}
