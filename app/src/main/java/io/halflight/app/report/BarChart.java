package io.halflight.app.report;

import java.util.List;

/** Shares as horizontal bars. The chart is a table, so the numbers beside the bars are its description. */
final class BarChart {
    private BarChart() {}

    /**
     * One bar.
     *
     * @param value in [0, 1], NaN for none
     * @param low lower end of the interval around it, drawn pale; NaN for none
     * @param cells texts right of the bar, as many as the heading has
     * @param styles {@code accent}, {@code wrong}, or empty
     * @param mark a share marked across this bar; NaN for none
     */
    record Bar(String name, double value, double low, double high, List<String> cells, String styles, double mark) {
        Bar(String name, double value, double low, double high, List<String> cells, String styles) {
            this(name, value, low, high, cells, styles, Double.NaN);
        }
    }

    /**
     * Writes the table.
     *
     * @param heading of the names' column and of those right of the bars
     * @param reference a share marked across all bars; NaN for none
     */
    static void write(Markup m, String caption, List<String> heading, List<Bar> bars, double reference, String styles) {
        m.open("table", "class", "bars " + styles, "role", "table");
        m.element("caption", caption, "class", "hidden");
        m.open("thead", "role", "rowgroup").open("tr", "role", "row");
        m.element("th", heading.get(0), "role", "columnheader", "scope", "col");
        m.open("td", "class", "bar", "role", "cell").close("td");
        for (String name : heading.subList(1, heading.size())) {
            m.element("th", name, "role", "columnheader", "scope", "col", "class", "number");
        }
        m.close("tr").close("thead").open("tbody", "role", "rowgroup");
        for (Bar bar : bars) {
            m.open("tr", "class", bar.styles(), "role", "row");
            m.element("th", bar.name(), "role", "rowheader", "scope", "row", "title", bar.name());
            m.open("td", "class", "bar", "role", "cell");
            draw(m, bar, Double.isFinite(bar.mark()) ? bar.mark() : reference);
            m.close("td");
            for (String cell : bar.cells()) {
                m.element("td", cell, "class", "number", "role", "cell");
            }
            m.close("tr");
        }
        m.close("tbody").close("table");
    }

    private static void draw(Markup m, Bar bar, double reference) {
        m.open("svg", "class", "strip", "aria-hidden", "true");
        Svg svg = Svg.inside(m);
        svg.rectangle(0, 0, 1, 1, "track");
        if (Double.isFinite(bar.value())) {
            boolean interval = Double.isFinite(bar.low()) && Double.isFinite(bar.high());
            svg.rectangle(0, 0, interval ? bar.low() : bar.value(), 1, "fill " + bar.styles());
            if (interval) {
                svg.rectangle(bar.low(), 0, bar.high() - bar.low(), 1, "fill pale " + bar.styles());
            }
        }
        if (Double.isFinite(reference)) {
            svg.line(reference, 0, reference, 1, "reference");
        }
        m.close("svg");
    }
}
