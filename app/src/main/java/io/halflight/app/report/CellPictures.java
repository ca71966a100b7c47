package io.halflight.app.report;

import io.halflight.app.report.Predictions.Prediction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The test pictures behind each cell of the confusion matrix: the surest answers of each kind. */
final class CellPictures {
    /** Pictures on the page for all cells together; each is a kilobyte or a few. */
    private static final int MOST = 300;

    private static final int MOST_PER_CELL = 12;

    private record Cell(String truth, String prediction) {}

    private final Map<Cell, List<Prediction>> cells = new LinkedHashMap<>();
    private final @Nullable PictureSource pictures;

    CellPictures(RunData data, @Nullable PictureSource pictures) {
        this.pictures = pictures;
        if (pictures != null) {
            for (Prediction one : Predictions.surestFirst(data.predictions())) {
                cells.computeIfAbsent(new Cell(one.label(), one.prediction()), key -> new ArrayList<>())
                        .add(one);
            }
        }
    }

    boolean has(String truth, String prediction) {
        return cells.containsKey(new Cell(truth, prediction));
    }

    /** How many cells have pictures. */
    int cells() {
        return cells.size();
    }

    /**
     * One cell's pictures, as many as there is room for on the page.
     *
     * @param written how many cells are written in all
     */
    void write(Markup m, String truth, String prediction, int written) {
        List<Prediction> all = cells.getOrDefault(new Cell(truth, prediction), List.of());
        int room = Math.max(1, Math.min(MOST_PER_CELL, MOST / Math.max(1, written)));
        int shown = Math.min(room, all.size());
        m.open("h3").element("b", truth.equals(prediction) ? truth : truth + ", taken for " + prediction);
        m.text(
                all.size() > shown
                        ? ", the surest%s of %s".formatted(shown == 1 ? "" : " " + shown, Figures.count(all.size()))
                        : all.size() == 1 ? ", the only one" : ", all %d".formatted(all.size()));
        m.close("h3").open("ul", "class", "tiles");
        for (Prediction one : all.subList(0, shown)) {
            m.open("li");
            PictureGrid.picture(m, one.picture(), one.label() + ", predicted " + one.prediction(), pictures);
            m.element("span", Figures.wholePercent(one.confidence()) + " sure", "class", "sure");
            m.close("li");
        }
        m.close("ul");
    }
}
