package io.halflight.app.report;

import io.halflight.app.report.Predictions.Prediction;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Test pictures with what the delivered classifier took them for. */
final class PictureGrid {
    private static final int RIGHT = 10;
    private static final int WRONG = 20;
    private static final int UNSURE = 10;

    private PictureGrid() {}

    static void write(Markup m, RunData data, @Nullable PictureSource pictures) {
        if (data.predictions().isEmpty()) {
            m.element("p", "No pictures: predictions.csv holds none.", "class", "absent");
            return;
        }
        tiles(m, "Right", "the first of each class", Predictions.right(data.predictions(), RIGHT), pictures);
        List<Prediction> mistakes = Predictions.surestMistakes(data.predictions(), WRONG);
        tiles(m, "Wrong", "the mistakes made with most confidence", mistakes, pictures);
        List<Prediction> unsure = Predictions.leastSure(data.predictions(), UNSURE);
        tiles(m, "Hardest", "the answers given with least confidence", unsure, pictures);
        if (pictures == null) {
            m.element("p", "The pictures themselves were not at hand when this page was written.", "class", "absent");
        }
    }

    private static void tiles(
            Markup m, String title, String note, List<Prediction> predictions, @Nullable PictureSource pictures) {
        if (predictions.isEmpty()) {
            return;
        }
        m.open("h3").element("b", title).text(", " + note).close("h3");
        m.open("ul", "class", "tiles");
        for (Prediction prediction : predictions) {
            m.open("li", "class", prediction.right() ? "right" : "wrong");
            picture(m, prediction.picture(), prediction.label() + ", predicted " + prediction.prediction(), pictures);
            m.open("span", "class", "said");
            sign(m, prediction.right());
            m.element("b", prediction.prediction()).close("span");
            m.element("span", Figures.wholePercent(prediction.confidence()) + " sure", "class", "sure");
            m.element("span", "is " + prediction.label(), "class", "truth");
            m.close("li");
        }
        m.close("ul");
    }

    /** One picture, or a word in its place. */
    static void picture(Markup m, String id, String description, @Nullable PictureSource pictures) {
        if (pictures == null) {
            return;
        }
        try {
            m.leaf(
                    "img",
                    "src",
                    "data:image/png;base64," + Base64.getEncoder().encodeToString(pictures.png(id)),
                    "alt",
                    description,
                    "title",
                    id);
        } catch (RuntimeException notThere) {
            m.element("span", "no picture", "class", "blank");
        }
    }

    /** A tick or a cross, so that colour is not the only sign. */
    private static void sign(Markup m, boolean right) {
        String shape = right ? "M2 7.5 L5.5 11 L12 3" : "M3 3 L11 11 M11 3 L3 11";
        m.open("svg", "class", "sign", "viewBox", "0 0 14 14", "role", "img", "aria-label", right ? "right" : "wrong");
        m.leaf("path", "d", shape).close("svg");
    }
}
