package io.halflight.app.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;

/** Lines over an axis of numbers, each labelled where it ends. */
final class LineChart {
    /** Lines are thinned to means of this many stretches at most: more than the pixels of a panel show. */
    static final int POINTS = 240;

    /** Width in pixels that labels are kept apart for: a phone's. */
    private static final double NARROW = 330;

    private static final double LETTER = 6.4;
    private static final double LINE = 15;

    /**
     * One line.
     *
     * @param label at its last point; empty for none
     * @param styles {@code accent} for the line that matters, {@code thin}, {@code dots} to show the points
     */
    record Series(String label, double[] x, double[] y, String styles) {
        /** The line with at most so many points, each the mean of its stretch. */
        Series thinned(int most) {
            if (x.length <= most) {
                return this;
            }
            double[] meanX = new double[most];
            double[] meanY = new double[most];
            for (int i = 0; i < most; i++) {
                int from = (int) ((long) i * x.length / most);
                int to = (int) ((long) (i + 1) * x.length / most);
                meanX[i] = Arrays.stream(x, from, to).average().orElse(Double.NaN);
                meanY[i] = Arrays.stream(y, from, to)
                        .filter(Double::isFinite)
                        .average()
                        .orElse(Double.NaN);
            }
            return new Series(label, meanX, meanY, styles);
        }
    }

    private record Mark(double x, String text) {}

    private record Box(double left, double right, double middle) {
        boolean meets(Box other) {
            return left < other.right && other.left < right && Math.abs(middle - other.middle) < LINE;
        }
    }

    private final Scale x;
    private final Scale y;
    private final int height;
    private final DoubleFunction<String> xText;
    private final DoubleFunction<String> yText;
    private final List<Series> series = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    LineChart(Scale x, DoubleFunction<String> xText, Scale y, DoubleFunction<String> yText, int height) {
        this.x = x;
        this.y = y;
        this.xText = xText;
        this.yText = yText;
        this.height = height;
    }

    void add(Series line) {
        series.add(line);
    }

    /** A vertical line with a word above it. */
    void mark(double at, String text) {
        marks.add(new Mark(at, text));
    }

    void write(Markup m, String title, String description) {
        Svg svg = Svg.open(m, "plot", height, title, description);
        for (double tick : y.ticks(4)) {
            svg.line(0, 1 - y.at(tick), 1, 1 - y.at(tick), "grid");
            svg.text(yText.apply(tick), 0, 1 - y.at(tick), -8, 4, "tick end");
        }
        for (double tick : x.ticks(height > 200 ? 6 : 4)) {
            svg.line(x.at(tick), 1, x.at(tick), 1, "axis");
            svg.text(xText.apply(tick), x.at(tick), 1, 0, 18, "tick middle");
        }
        svg.line(0, 1, 1, 1, "axis");
        for (Mark mark : marks) {
            svg.line(x.at(mark.x), 0, x.at(mark.x), 1, "mark");
            svg.text(mark.text, x.at(mark.x), 0, 5, -7, "tick");
        }
        for (Series line : series) {
            lines(svg, line.thinned(POINTS));
        }
        labels(svg);
        svg.close();
    }

    private void lines(Svg svg, Series line) {
        double[] across = Arrays.stream(line.x).map(x::at).toArray();
        double[] down =
                Arrays.stream(line.y).map(value -> 1 - clamp(y.at(value))).toArray();
        svg.path(across, down, "line " + line.styles);
        if (line.styles.contains("dots") || line.x.length == 1) {
            for (int i = 0; i < across.length; i++) {
                if (Double.isFinite(down[i])) {
                    svg.dot(across[i], down[i], 2.6, "dot " + line.styles);
                }
            }
        }
    }

    private static double clamp(double share) {
        return Double.isFinite(share) ? Math.max(0, Math.min(1, share)) : Double.NaN;
    }

    /** Each label goes above its line's end, or to the nearest place above or below that is free. */
    private void labels(Svg svg) {
        List<Box> taken = new ArrayList<>();
        for (Series line : series) {
            int last = line.y.length - 1;
            while (last >= 0 && !Double.isFinite(line.y[last])) {
                last--;
            }
            if (last < 0 || line.label.isEmpty()) {
                continue;
            }
            double at = clamp(x.at(line.x[last]));
            double end = height * (1 - clamp(y.at(line.y[last])));
            double width = line.label.length() * LETTER / NARROW;
            String anchor = at + width / 2 > 1 ? "end" : at - width / 2 < 0 ? "start" : "middle";
            double left = anchor.equals("end") ? at - width : anchor.equals("start") ? at : at - width / 2;
            Box box = new Box(left, left + width, end - 9);
            for (int shift = 1; shift <= 16 && !free(box, taken); shift++) {
                double offset = shift % 2 == 1 ? 14 + (shift / 2) * LINE : -9 - (shift / 2) * LINE;
                box = new Box(left, left + width, end + offset);
            }
            taken.add(box);
            svg.text(line.label, at, 0, 0, box.middle + 4, "label " + anchor + " " + line.styles);
        }
    }

    private boolean free(Box box, List<Box> taken) {
        return box.middle >= 4 && box.middle <= height - 6 && taken.stream().noneMatch(box::meets);
    }
}
