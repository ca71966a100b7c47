package io.halflight.app.report;

import io.halflight.app.report.ModelFigures.ClassFigures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The delivered classifier, class by class. */
final class Classes {
    /** Of more classes than this only the ends of the order are drawn. */
    private static final int DRAWN = 25;

    private static final int WEAKEST = 15;
    private static final int STRONGEST = 5;

    private Classes() {}

    static void write(Markup m, RunData data, @Nullable PictureSource pictures) {
        ModelFigures figures = data.deliveredFigures();
        if (figures == null) {
            m.element("p", "No classes: results.json holds no details of the delivered model.", "class", "absent");
            return;
        }
        m.open("div", "class", "pair");
        m.open("div");
        ConfusionTable.write(m, figures, new CellPictures(data, pictures));
        m.close("div").open("div");
        recall(m, figures);
        m.close("div").close("div");
    }

    private static void recall(Markup m, ModelFigures figures) {
        List<ClassFigures> sorted = figures.classes().stream()
                .sorted(Comparator.comparingDouble(c -> Double.isFinite(c.recall()) ? c.recall() : 2))
                .toList();
        if (sorted.isEmpty()) {
            return;
        }
        m.open("figure").open("figcaption").element("b", "Found and right").text(" by class, the weakest first");
        m.close("figcaption");
        List<String> heading = List.of("Class", "Recall", "Precision");
        if (sorted.size() > DRAWN) {
            BarChart.write(m, "Weakest classes", heading, bars(sorted.subList(0, WEAKEST)), Double.NaN, "compact");
            m.element("p", "and the strongest", "class", "small");
            List<ClassFigures> strongest = sorted.subList(sorted.size() - STRONGEST, sorted.size());
            BarChart.write(m, "Strongest classes", heading, bars(strongest), Double.NaN, "compact");
        } else {
            BarChart.write(m, "Classes", heading, bars(sorted), Double.NaN, "compact");
        }
        m.close("figure");
        List<List<String>> rows = new ArrayList<>();
        for (ClassFigures one : figures.classes()) {
            rows.add(List.of(
                    one.name(),
                    Figures.percent(one.recall()),
                    Figures.percent(one.precision()),
                    Figures.count(one.support())));
        }
        DataTable.folded(m, "All classes as a table", List.of("Class", "Recall", "Precision", "Pictures"), rows);
    }

    private static List<BarChart.Bar> bars(List<ClassFigures> classes) {
        return classes.stream()
                .map(c -> new BarChart.Bar(
                        c.name(),
                        c.recall(),
                        Double.NaN,
                        Double.NaN,
                        List.of(Figures.percent(c.recall()), Figures.percent(c.precision())),
                        "accent"))
                .toList();
    }

    /** The most frequent mistakes in words; empty if there are none. */
    static String mistakes(RunData data) {
        ModelFigures figures = data.deliveredFigures();
        if (figures == null || figures.mistakes().isEmpty()) {
            return "";
        }
        List<String> told = figures.mistakes().stream()
                .limit(3)
                .map(c -> "%s for %s (%s)"
                        .formatted(
                                ConfusionTable.name(figures, c.truth()),
                                ConfusionTable.name(figures, c.prediction()),
                                Figures.count(c.count())))
                .toList();
        return "Most often taken: " + String.join(", ", told) + ".";
    }
}
