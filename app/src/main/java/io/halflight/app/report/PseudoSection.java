package io.halflight.app.report;

import io.halflight.app.report.PseudoShares.ClassShare;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the delivered classifier says of the training pictures without a label, and how such answers came about. */
final class PseudoSection {
    /** Of more classes than this only the ends of the order are drawn. */
    private static final int DRAWN = 25;

    private static final int ENDS = 8;

    private PseudoSection() {}

    static boolean isPresent(RunData data) {
        return !data.pseudoLabels().isEmpty() || data.stages().stream().anyMatch(PseudoCharts::isFor);
    }

    static List<String> notes(RunData data) {
        if (data.pseudoLabels().isEmpty()) {
            return List.of("The network's own answers that served as labels.");
        }
        RunData.Row row = data.delivered();
        double ece = row == null ? Double.NaN : row.ece();
        return List.of(
                "What the delivered model says of the %s training pictures without a label."
                        .formatted(Figures.count(data.pseudoLabels().size())),
                Double.isFinite(ece)
                        ? "On the test pictures its confidence is off by %s: see Calibration."
                                .formatted(Figures.percent(ece))
                        : "",
                "Neighbours are the ten training pictures that its features find most alike.");
    }

    static void write(Markup m, RunData data, @Nullable PictureSource pictures) {
        if (!data.pseudoLabels().isEmpty()) {
            PseudoShares shares = PseudoShares.of(data);
            bars(m, shares);
            verdict(m, shares);
            table(m, shares);
        }
        PseudoCharts.write(m, data);
        if (!data.pseudoLabels().isEmpty()) {
            Suspects.write(m, data.pseudoLabels(), pictures);
        }
    }

    private static void verdict(Markup m, PseudoShares shares) {
        if (shares.isEven()) {
            m.element("p", shares.verdict(), "class", "small");
            return;
        }
        m.open("div", "class", "warning").element("p", shares.verdict());
        m.open("p").text("If the labels show how frequent the classes are, two keys of the recipe correct this: ");
        m.element("code", "align: labels").text(" evens the answers out to the labels\u2019 shares, ");
        m.element("code", "class_thresholds: true");
        m.text(
                " lets rarely named classes count at a lower confidence. If they do not show it, this need be no fault.");
        m.close("p").close("div");
    }

    private static void bars(Markup m, PseudoShares shares) {
        List<ClassShare> sorted = shares.classes().stream()
                .sorted(Comparator.comparingDouble(ClassShare::share).reversed())
                .toList();
        double most = sorted.stream()
                .mapToDouble(c -> Math.max(c.share(), Double.isFinite(c.labels()) ? c.labels() : 0))
                .max()
                .orElse(1);
        m.open("figure")
                .open("figcaption")
                .element("b", "How often each class is named")
                .text(", the most frequent first");
        m.close("figcaption");
        List<String> heading = List.of("Class", "Named", "Labels", "Sure");
        if (sorted.size() > DRAWN) {
            BarChart.write(m, "Most often named", heading, bars(sorted.subList(0, ENDS), most), Double.NaN, "compact");
            m.element("p", "and the rarest", "class", "small");
            List<ClassShare> rarest = sorted.subList(sorted.size() - ENDS, sorted.size());
            BarChart.write(m, "Most rarely named", heading, bars(rarest, most), Double.NaN, "compact");
        } else {
            BarChart.write(m, "How often each class is named", heading, bars(sorted, most), Double.NaN, "compact");
        }
        m.element(
                "p",
                "Named: share of the pictures. Labels: share of the given labels, the dashed line. Sure: mean confidence.",
                "class",
                "small");
        m.close("figure");
    }

    private static List<BarChart.Bar> bars(List<ClassShare> classes, double most) {
        return classes.stream()
                .map(c -> new BarChart.Bar(
                        c.name(),
                        c.share() / most,
                        Double.NaN,
                        Double.NaN,
                        List.of(
                                Figures.percent(c.share()),
                                Figures.percent(c.labels()),
                                Figures.wholePercent(c.confidence())),
                        c.isOff() ? "wrong" : "accent",
                        c.labels() / most))
                .toList();
    }

    private static void table(Markup m, PseudoShares shares) {
        List<List<String>> rows = new ArrayList<>();
        for (ClassShare c : shares.classes()) {
            rows.add(List.of(
                    c.name(),
                    Figures.count(c.count()),
                    Figures.percent(c.share()),
                    Figures.percent(c.labels()),
                    Figures.percent(c.confidence())));
        }
        DataTable.folded(
                m,
                "Pseudo-labels by class as a table",
                List.of("Class", "Pictures", "Share", "Share of the labels", "Mean confidence"),
                rows);
    }
}
