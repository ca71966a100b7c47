package io.halflight.app.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The page as a whole. */
final class Page {
    /** Browsers refuse whatever this does not allow: no script, and no request at all. */
    private static final String POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    private Page() {}

    static String html(RunData data, @Nullable PictureSource pictures) {
        Verdict.Sentence verdict = Verdict.of(data);
        String title = title(data);
        Markup m = new Markup();
        head(m, title, verdict.text());
        m.open("body").open("main");
        header(m, data, title, verdict);
        section(m, "Result", List.of("On pictures that took no part in training."), () -> Results.write(m, data));
        if (!data.curve().isEmpty()) {
            section(m, "Label efficiency", LabelEfficiency.NOTES, () -> LabelEfficiency.write(m, data));
        }
        section(
                m,
                "Learning",
                List.of("Each curve ends in its last value. Losses of different stages are different quantities."),
                () -> Curves.write(m, data));
        section(m, "Classes", List.of(delivered(data), Classes.mistakes(data)), () -> Classes.write(m, data, pictures));
        section(
                m,
                "Pictures",
                present(
                        !data.predictions().isEmpty(),
                        "Chosen by rule, not by hand. They are no random sample: the accuracy above is."),
                () -> PictureGrid.write(m, data, pictures));
        if (FeatureSection.isPresent(data)) {
            section(m, "Features", FeatureSection.NOTES, () -> FeatureSection.write(m, data, pictures));
        }
        section(
                m,
                "Calibration",
                present(
                        data.models().values().stream()
                                .anyMatch(f -> !f.calibration().isEmpty()),
                        "A dot on the diagonal keeps its word: of the answers given with 80\u00a0% confidence, 80\u00a0% are right. Below it the model is too sure, above it too modest.",
                        "Larger dots stand for more pictures. Off by: the mean distance from the diagonal (ECE)."),
                () -> Calibration.write(m, data));
        if (PseudoSection.isPresent(data)) {
            section(m, "Pseudo-labels", PseudoSection.notes(data), () -> PseudoSection.write(m, data, pictures));
        }
        section(
                m,
                "Health",
                List.of("Whether the machine was kept busy, and the steps stayed sound."),
                () -> Health.write(m, data));
        section(m, "Provenance", List.of("What it takes to repeat the run."), () -> Provenance.write(m, data));
        m.close("main").close("body").close("html");
        return m.page();
    }

    /** The start of a page up to its body. */
    static void head(Markup m, String title, String description) {
        m.open("html", "lang", "en").open("head");
        m.leaf("meta", "charset", "utf-8");
        m.leaf("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
        m.leaf("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        m.leaf("meta", "name", "color-scheme", "content", "light dark");
        m.leaf("meta", "name", "description", "content", description);
        m.element("title", title + " \u2013 Halflight").style(css()).close("head");
    }

    /** Notes that only make sense beside what they explain. */
    private static List<String> present(boolean present, String... notes) {
        return present ? List.of(notes) : List.of();
    }

    private static String delivered(RunData data) {
        RunData.Row row = data.delivered();
        return row == null ? "" : "The delivered model: " + row.title() + ".";
    }

    private static String title(RunData data) {
        String name = data.run().text("name");
        String source = data.run().object("data").text("source");
        return (name.isEmpty() ? "A run" : name) + (source.isEmpty() ? "" : " on " + source);
    }

    private static void header(Markup m, RunData data, String title, Verdict.Sentence verdict) {
        m.open("header");
        m.open("p", "class", "eyebrow")
                .element("b", "Halflight")
                .text(" run report")
                .close("p");
        m.element("h1", title);
        m.open("p", "class", "verdict").text(verdict.before());
        m.element("strong", verdict.number()).text(verdict.after()).close("p");
        List<String> facts = new ArrayList<>();
        String status = data.run().text("status");
        String finished = Provenance.finished(data.run());
        facts.add((status + " " + finished).strip());
        if (Double.isFinite(data.run().number("seconds"))) {
            facts.add(Figures.duration(data.run().number("seconds")));
        }
        facts.add(data.run().object("hardware").text("device"));
        String seed = data.run().text("seed");
        facts.add(seed.isEmpty() ? "" : "seed " + seed);
        facts.removeIf(String::isEmpty);
        m.element("p", String.join(" \u00b7 ", facts), "class", "facts");
        Budget.write(m, data);
        m.close("header");
    }

    /** A heading and notes beside their content, above it on a narrow screen. */
    private static void section(Markup m, String title, List<String> notes, Runnable content) {
        String id = m.id();
        m.open("section", "aria-labelledby", id).open("div", "class", "side");
        m.element("h2", title, "id", id);
        notes.stream().filter(note -> !note.isEmpty()).forEach(note -> m.element("p", note));
        m.close("div").open("div", "class", "main");
        content.run();
        m.close("div").close("section");
    }

    private static String css() {
        try (InputStream in = Page.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("report.css is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
