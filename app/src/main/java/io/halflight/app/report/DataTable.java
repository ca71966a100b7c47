package io.halflight.app.report;

import java.util.List;

/** The numbers behind a chart, folded away below it. */
final class DataTable {
    private DataTable() {}

    static void folded(Markup m, String summary, List<String> heading, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        m.open("details").element("summary", summary);
        open(m, summary, heading, rows);
        m.close("details");
    }

    static void open(Markup m, String caption, List<String> heading, List<List<String>> rows) {
        m.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
        m.open("table", "class", "data").element("caption", caption, "class", "hidden");
        m.open("thead").open("tr");
        for (String name : heading) {
            m.element("th", name, "scope", "col");
        }
        m.close("tr").close("thead").open("tbody");
        for (List<String> row : rows) {
            m.open("tr").element("th", row.get(0), "scope", "row");
            for (String cell : row.subList(1, row.size())) {
                m.element("td", cell);
            }
            m.close("tr");
        }
        m.close("tbody").close("table").close("div");
    }
}
