package io.halflight.app.report;

import io.halflight.data.PseudoLabel;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Training pictures whose pseudo-labels deserve a look. */
final class Suspects {
    private static final int SHOWN = 20;
    private static final int NEIGHBOURS = 10;

    private Suspects() {}

    /** Sure, but most neighbours have another label: the widest gap between confidence and agreement first. */
    static List<PseudoLabel> suspicious(List<PseudoLabel> labels, int most) {
        return labels.stream()
                .filter(label -> label.confidence() > 0.5 && label.neighbours() < 0.5)
                .sorted(Comparator.comparingDouble(label -> label.neighbours() - label.confidence()))
                .limit(most)
                .toList();
    }

    /** The highest entropy first. */
    static List<PseudoLabel> uncertain(List<PseudoLabel> labels, int most) {
        return labels.stream()
                .sorted(Comparator.comparingDouble(PseudoLabel::entropy).reversed())
                .limit(most)
                .toList();
    }

    static void write(Markup m, List<PseudoLabel> labels, @Nullable PictureSource pictures) {
        List<PseudoLabel> suspicious = suspicious(labels, SHOWN);
        if (suspicious.isEmpty()) {
            m.open("h3")
                    .element("b", "Suspicious")
                    .text(": none, where it is sure most neighbours agree")
                    .close("h3");
        } else {
            tiles(m, "Suspicious", "sure, but most neighbours have another label", suspicious, pictures);
        }
        tiles(m, "Least certain", "the answers with the highest entropy", uncertain(labels, SHOWN), pictures);
    }

    private static void tiles(
            Markup m, String title, String note, List<PseudoLabel> labels, @Nullable PictureSource pictures) {
        m.open("h3").element("b", title).text(", " + note).close("h3");
        m.open("ul", "class", "tiles");
        for (PseudoLabel label : labels) {
            m.open("li");
            PictureGrid.picture(m, label.path(), "taken for " + label.label(), pictures);
            m.open("span", "class", "said").element("b", label.label()).close("span");
            m.element("span", Figures.wholePercent(label.confidence()) + " sure", "class", "sure");
            m.element(
                    "span",
                    Figures.format("%.0f of %d agree", NEIGHBOURS * label.neighbours(), NEIGHBOURS),
                    "class",
                    "truth");
            m.close("li");
        }
        m.close("ul");
    }
}
