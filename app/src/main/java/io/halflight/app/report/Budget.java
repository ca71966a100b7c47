package io.halflight.app.report;

import java.util.ArrayList;
import java.util.List;

/** How few of the pictures carried a label. */
final class Budget {
    private static final List<String> PARTS = List.of("labelled", "unlabelled", "validation", "test");

    private Budget() {}

    static void write(Markup m, RunData data) {
        Fields counts = data.run().object("data").object("counts");
        double total = PARTS.stream()
                .mapToDouble(counts::number)
                .filter(Double::isFinite)
                .sum();
        double labelled = counts.number("labelled");
        if (!(total > 0) || !Double.isFinite(labelled)) {
            return;
        }
        double trained = labelled + (Double.isFinite(counts.number("unlabelled")) ? counts.number("unlabelled") : 0);
        m.open("figure", "class", "budget").open("figcaption");
        m.element("b", Figures.count(labelled)).text(" of " + Figures.count(trained));
        m.text(" training pictures carry a label: ");
        m.element("b", Figures.smallPercent(labelled / trained)).close("figcaption");
        List<String> told = new ArrayList<>();
        PARTS.stream()
                .filter(part -> counts.number(part) > 0)
                .forEach(part -> told.add(Figures.count(counts.number(part)) + " " + part));
        Svg svg = Svg.open(m, "strip", 10, "Label budget", String.join(", ", told) + ".");
        double at = 0;
        for (String part : PARTS) {
            double share = counts.number(part) / total;
            if (share > 0) {
                svg.rectangle(at, 0, share, 1, "part " + part);
                at += share;
            }
        }
        svg.line(0, 0, 0, 1, "sliver");
        svg.close();
        m.open("ul", "class", "key");
        for (String part : PARTS) {
            if (counts.number(part) > 0) {
                m.open("li").leaf("i", "class", "swatch " + part);
                m.text(Figures.count(counts.number(part)) + " " + part).close("li");
            }
        }
        m.close("ul").close("figure");
    }
}
