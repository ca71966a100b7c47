package io.halflight.app.report;

/**
 * Inline SVG that fits any width without scaling its text: positions are percentages of the drawing, lines live in an
 * inner drawing that is stretched, and everything else keeps its size in pixels.
 */
final class Svg {
    /** Units of the stretched inner drawing along both sides. */
    private static final double UNITS = 1000;

    private final Markup m;

    private Svg(Markup m) {
        this.m = m;
    }

    /** Starts a drawing with a name and a description for those who cannot see it. */
    static Svg open(Markup m, String styles, int height, String title, String description) {
        String name = m.id();
        String about = m.id();
        m.open(
                "svg",
                "class",
                styles,
                "height",
                Integer.toString(height),
                "role",
                "img",
                "aria-labelledby",
                name + " " + about);
        m.element("title", title, "id", name).element("desc", description, "id", about);
        return new Svg(m);
    }

    /** Draws into an svg element that is open already. */
    static Svg inside(Markup m) {
        return new Svg(m);
    }

    void close() {
        m.close("svg");
    }

    void line(double x1, double y1, double x2, double y2, String styles) {
        m.leaf("line", "class", styles, "x1", share(x1), "y1", share(y1), "x2", share(x2), "y2", share(y2));
    }

    void rectangle(double x, double y, double width, double height, String styles) {
        m.leaf(
                "rect",
                "class",
                styles,
                "x",
                share(x),
                "y",
                share(y),
                "width",
                share(Math.max(0, width)),
                "height",
                share(Math.max(0, height)));
    }

    void dot(double x, double y, double radius, String styles) {
        m.leaf("circle", "class", styles, "cx", share(x), "cy", share(y), "r", Figures.format("%.1f", radius));
    }

    /** A dot that says what it is when it is pointed at. */
    void dot(double x, double y, double radius, String styles, String title) {
        m.open("circle", "class", styles, "cx", share(x), "cy", share(y), "r", Figures.format("%.1f", radius));
        m.element("title", title).close("circle");
    }

    /** Text at a place, moved by pixels. */
    void text(String text, double x, double y, double dx, double dy, String styles) {
        m.element(
                "text",
                text,
                "class",
                styles,
                "x",
                share(x),
                "y",
                share(y),
                "dx",
                Figures.format("%.1f", dx),
                "dy",
                Figures.format("%.1f", dy));
    }

    /** A line through points in [0, 1]; a point that is not a number interrupts it. */
    void path(double[] x, double[] y, String styles) {
        StringBuilder d = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < x.length; i++) {
            boolean there = Double.isFinite(x[i]) && Double.isFinite(y[i]);
            if (there) {
                d.append(Figures.format("%s%.1f %.1f", pen ? "L" : "M", UNITS * x[i], UNITS * y[i]));
            }
            pen = there;
        }
        m.open("svg", "viewBox", "0 0 1000 1000", "preserveAspectRatio", "none", "width", "100%", "height", "100%");
        m.leaf("path", "class", styles, "d", d.toString());
        m.close("svg");
    }

    private static String share(double value) {
        return Figures.format("%.2f%%", 100 * value);
    }
}
