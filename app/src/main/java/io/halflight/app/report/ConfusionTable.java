package io.halflight.app.report;

import io.halflight.app.report.ModelFigures.Confusion;
import java.util.ArrayList;
import java.util.List;

/** Which classes were taken for which: a heat map, or above {@value #MOST} classes a list of what happened most. */
final class ConfusionTable {
    static final int MOST = 20;
    private static final int LISTED = 25;
    private static final String ID = "confusion";

    /** Above so many classes the cells of a phone are too small for numbers. */
    private static final int WITH_NUMBERS = 12;

    /** Shares from which a cell is one shade darker. */
    private static final double[] SHADES = {0.005, 0.03, 0.07, 0.13, 0.22, 0.35, 0.55, 0.8};

    private ConfusionTable() {}

    static void write(Markup m, ModelFigures figures, CellPictures pictures) {
        int n = figures.confusion().length;
        if (n == 0) {
            m.element("p", "No confusion matrix: results.json holds none for this model.", "class", "absent");
        } else if (n > MOST) {
            largest(m, figures, pictures);
        } else {
            heat(m, figures, pictures);
            behind(m, figures, pictures);
            counts(m, figures);
        }
    }

    private static void heat(Markup m, ModelFigures figures, CellPictures pictures) {
        int n = figures.confusion().length;
        m.open("figure", "class", "confusion", "id", ID).open("figcaption");
        m.element("b", "Each row: the pictures of one class").text(", in percent, by what they were taken for");
        m.close("figcaption");
        m.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "Confusion matrix");
        m.open("table", "class", n > WITH_NUMBERS ? "heat many" : "heat");
        m.element("caption", "Confusion matrix in percent of the true class", "class", "hidden");
        m.open("thead").open("tr").element("td", "predicted \u2192\ntrue \u2193", "class", "corner");
        for (int j = 0; j < n; j++) {
            m.open("th", "scope", "col").element("span", name(figures, j)).close("th");
        }
        m.close("tr").close("thead").open("tbody");
        for (int i = 0; i < n; i++) {
            double support = figures.support(i);
            m.open("tr").element("th", name(figures, i), "scope", "row");
            for (int j = 0; j < n; j++) {
                double share = support > 0 ? figures.confusion()[i][j] / support : 0;
                String styles = (i == j ? "hit" : "miss") + " s" + shade(share);
                m.open("td", "class", styles, "title", told(figures, i, j));
                if (pictures.has(name(figures, i), name(figures, j))) {
                    m.element("a", percent(share), "href", "#" + cell(i, j), "aria-label", told(figures, i, j));
                } else {
                    m.text(percent(share));
                }
                m.close("td");
            }
            m.close("tr");
        }
        m.close("tbody").close("table").close("div").close("figure");
    }

    /** Without a script: a cell leads to its pictures, which are hidden until the address names them. */
    private static void behind(Markup m, ModelFigures figures, CellPictures pictures) {
        boolean any = false;
        for (int i = 0; i < figures.confusion().length; i++) {
            for (int j = 0; j < figures.confusion().length; j++) {
                if (pictures.has(name(figures, i), name(figures, j))) {
                    any = true;
                    m.open("div", "class", "behind", "id", cell(i, j));
                    pictures.write(m, name(figures, i), name(figures, j), pictures.cells());
                    m.element("a", "Hide them", "class", "small", "href", "#" + ID);
                    m.close("div");
                }
            }
        }
        if (any) {
            m.element("p", "A click on a cell shows its pictures.", "class", "small");
        }
    }

    private static String cell(int truth, int prediction) {
        return ID + "-" + truth + "-" + prediction;
    }

    private static int shade(double share) {
        int shade = 0;
        while (shade < SHADES.length && share >= SHADES[shade]) {
            shade++;
        }
        return shade;
    }

    /** Whole percent; a dot for less than half of one, so that the rows keep their rhythm. */
    private static String percent(double share) {
        return share < 0.005 ? "\u00b7" : Figures.format("%.0f", 100 * share);
    }

    private static String told(ModelFigures figures, int truth, int prediction) {
        return "%s pictures of %s, predicted %s"
                .formatted(
                        Figures.count(figures.confusion()[truth][prediction]),
                        name(figures, truth),
                        name(figures, prediction));
    }

    static String name(ModelFigures figures, int k) {
        return figures.classes().get(k).name();
    }

    private static void counts(Markup m, ModelFigures figures) {
        List<String> heading = new ArrayList<>(List.of("True class"));
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < figures.confusion().length; i++) {
            heading.add(name(figures, i));
            List<String> row = new ArrayList<>(List.of(name(figures, i)));
            for (double count : figures.confusion()[i]) {
                row.add(Figures.count(count));
            }
            rows.add(row);
        }
        DataTable.folded(m, "Confusion matrix in pictures", heading, rows);
    }

    private static void largest(Markup m, ModelFigures figures, CellPictures pictures) {
        List<Confusion> mistakes = figures.mistakes();
        if (mistakes.isEmpty()) {
            m.element("p", "No picture was taken for another class.");
            return;
        }
        List<BarChart.Bar> bars = new ArrayList<>();
        for (Confusion mistake : mistakes.subList(0, Math.min(LISTED, mistakes.size()))) {
            double share = mistake.count() / figures.support(mistake.truth());
            bars.add(new BarChart.Bar(
                    name(figures, mistake.truth()) + " \u2192 " + name(figures, mistake.prediction()),
                    share,
                    Double.NaN,
                    Double.NaN,
                    List.of(Figures.percent(share), Figures.count(mistake.count())),
                    "wrong"));
        }
        m.open("figure").open("figcaption").element("b", "Largest confusions");
        m.text(" of " + figures.confusion().length + " classes").close("figcaption");
        List<String> heading = List.of("True \u2192 predicted", "Of the class", "Pictures");
        BarChart.write(m, "Largest confusions", heading, bars, Double.NaN, "pairs");
        m.close("figure");
        List<Confusion> shown = mistakes.stream()
                .limit(LISTED)
                .filter(mistake -> pictures.has(name(figures, mistake.truth()), name(figures, mistake.prediction())))
                .toList();
        if (!shown.isEmpty()) {
            m.open("details").element("summary", "Pictures behind them");
            shown.forEach(mistake -> pictures.write(
                    m, name(figures, mistake.truth()), name(figures, mistake.prediction()), shown.size()));
            m.close("details");
        }
    }
}
