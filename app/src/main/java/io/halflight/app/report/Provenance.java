package io.halflight.app.report;

import io.halflight.app.report.RunData.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What it takes to repeat the run, and how every number was taken. */
final class Provenance {
    private Provenance() {}

    static void write(Markup m, RunData data) {
        Fields run = data.run();
        Fields pictures = run.object("data");
        m.open("dl");
        entry(m, "Command", run.text("command"), "code");
        entry(m, "Seed", run.text("seed"), "");
        entry(m, "Halflight", run.text("version"), "");
        entry(m, "Commit", run.text("commit"), "code");
        entry(m, "Started", moment(run.text("started")), "");
        entry(m, "Finished", finished(run), "");
        entry(m, "Took", run.map().containsKey("seconds") ? Figures.duration(run.number("seconds")) : "", "");
        entry(m, "Pictures", pictures.text("source"), "");
        entry(m, "Seen as", shape(pictures), "");
        entry(m, "Classes", String.join(", ", pictures.texts("classes")), "");
        entry(m, "Pictures SHA-256", pictures.text("sha256"), "code");
        entry(m, "Split SHA-256", pictures.text("splitSha256"), "code");
        entry(m, "Machine", list(run.object("hardware")), "");
        entry(m, "Peak memory", memory(run.number("peakMemoryBytes")), "");
        entry(m, "Versions", list(run.object("versions")), "");
        m.close("dl");
        protocols(m, data);
        if (!data.recipe().isEmpty()) {
            m.open("details").element("summary", "Recipe, with every default");
            m.open("pre", "tabindex", "0")
                    .element("code", data.recipe())
                    .close("pre")
                    .close("details");
        }
        if (!data.missing().isEmpty()) {
            m.element("h3", "Not in this report").open("ul", "class", "missing");
            data.missing().forEach(line -> m.element("li", line));
            m.close("ul");
        }
    }

    private static void entry(Markup m, String name, String value, String tag) {
        if (!value.isEmpty()) {
            m.open("div").element("dt", name).open("dd");
            m.element(tag.isEmpty() ? "span" : tag, value).close("dd").close("div");
        }
    }

    private static void protocols(Markup m, RunData data) {
        List<List<String>> rows = new ArrayList<>();
        for (Row row : data.headline()) {
            rows.add(List.of(row.title(), row.stage(), weights(row), row.protocol()));
        }
        for (Fields line : data.frozen()) {
            if (!line.text("protocol").isEmpty()) {
                rows.add(List.of("Frozen features", line.text("stage"), "", line.text("protocol")));
            }
        }
        if (!rows.isEmpty()) {
            m.element("h3", "How the numbers were taken");
            m.open("div", "class", "prose");
            DataTable.open(m, "Protocols", List.of("Number", "Stage", "Weights", "Protocol"), rows);
            m.close("div");
        }
    }
    /** Which weights were read, and what the others would have given. */
    private static String weights(Row row) {
        String last = Double.isFinite(row.last()) ? "; last epoch " + Figures.percent(row.last()) : "";
        String best = Double.isFinite(row.best()) ? "; best on validation " + Figures.percent(row.best()) : "";
        return row.picked() + last + best;
    }

    private static String shape(Fields pictures) {
        String channels = pictures.text("channels");
        String size = pictures.text("size");
        String colour = channels.equals("1") ? ", grey" : channels.equals("3") ? ", colour" : "";
        return size.isEmpty() ? "" : size + " \u00d7 " + size + " pixels" + colour;
    }

    private static String list(Fields fields) {
        Map<String, String> plain = fields.plain();
        return plain.entrySet().stream()
                .map(e -> e.getKey().equals("cpu") || e.getKey().equals("os")
                        ? e.getValue()
                        : e.getKey().equals("memoryGb")
                                ? e.getValue() + "\u00a0GB memory"
                                : e.getKey() + "\u00a0" + e.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String memory(double bytes) {
        return bytes > 0 ? Figures.format("%.1f", bytes / 1e9) + "\u00a0GB" : "";
    }
    /** When a finished run ended: its own stamp, or that of its last record; empty for any other run. */
    static String finished(Fields run) {
        String own = run.text("finished");
        return run.text("status").equals("finished") ? moment(own.isEmpty() ? run.text("updated") : own) : "";
    }

    /** A time stamp as people read it, without changing its zone: {@code 2026-11-23 20:31 UTC}. */
    static String moment(String stamp) {
        return stamp.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d.*Z")
                ? stamp.substring(0, 10) + " " + stamp.substring(11, 16) + " UTC"
                : stamp;
    }
}
