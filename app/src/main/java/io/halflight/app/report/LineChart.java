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
    /** About how many ticks a vertical axis has. */
    static final int TICKS = 5;

    private static final double LETTER = 6.4;
    private static final double LINE = 15;

    /** Pixels between the middle of a label and a line that it does not touch. */
    private static final double CLEAR = 9;

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

    private record Whisker(double x, double low, double high, String styles) {}

    private record Box(double left, double right, double middle) {
        boolean meets(Box other) {
            return left < other.right && other.left < right && Math.abs(middle - other.middle) < LINE;
        }
    }

    private final Scale x;
    private final Scale y;
    private final int height;
    private final String unit;
    private final DoubleFunction<String> yText;
    private final List<Series> series = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<Whisker> whiskers = new ArrayList<>();

    /** An empty chart; the unit stands beside the last number of the horizontal axis. */
    LineChart(Scale x, String unit, Scale y, DoubleFunction<String> yText, int height) {
        this.x = x;
        this.y = y;
        this.unit = unit;
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

    /** How far a point may be off: a vertical line through it. */
    void whisker(double at, double low, double high, String styles) {
        whiskers.add(new Whisker(at, low, high, styles));
    }

    void write(Markup m, String title, String description) {
        Svg svg = Svg.open(m, "plot", height, title, description);
        for (double tick : y.ticks(TICKS)) {
            svg.line(0, 1 - y.at(tick), 1, 1 - y.at(tick), "grid");
            svg.text(yText.apply(tick), 0, 1 - y.at(tick), -8, 4, "tick end");
        }
        int wanted = height > 200 ? 6 : 4;
        List<Double> ticks = x.ticks(wanted);
        for (int i = 0; i < ticks.size(); i++) {
            String text = x.text(ticks.get(i), wanted) + (i == ticks.size() - 1 ? "\u00a0" + unit : "");
            svg.text(text, x.at(ticks.get(i)), 1, 0, 18, "tick middle");
        }
        svg.line(0, 1, 1, 1, "axis");
        for (Mark mark : marks) {
            svg.line(x.at(mark.x), 0, x.at(mark.x), 1, "mark");
            svg.text(mark.text, x.at(mark.x), 0, 5, -7, "tick");
        }
        for (Whisker whisker : whiskers) {
            double at = x.at(whisker.x);
            svg.line(
                    at,
                    1 - clamp(y.at(whisker.low)),
                    at,
                    1 - clamp(y.at(whisker.high)),
                    ("whisker " + whisker.styles).strip());
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

    /** Each label goes where it is near its line's end and covers the fewest labels and lines. */
    private void labels(Svg svg) {
        List<double[]> ink = ink();
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
            Box best = new Box(at - width, at, end);
            double lowest = Double.POSITIVE_INFINITY;
            for (double left : new double[] {at - width, at - width / 2, at}) {
                for (double offset = -4 * LINE; offset <= 4 * LINE; offset += 3) {
                    Box box = new Box(left, left + width, end + offset);
                    double cost = cost(box, offset, taken, ink);
                    if (cost < lowest) {
                        lowest = cost;
                        best = box;
                    }
                }
            }
            taken.add(best);
            String anchor = best.left < at - 0.75 * width ? "end" : best.left < at - 0.25 * width ? "middle" : "start";
            svg.text(line.label, at, 0, 0, best.middle + 4, "label " + anchor + " " + line.styles);
        }
    }

    private double cost(Box box, double offset, List<Box> taken, List<double[]> ink) {
        double outside = Math.max(0, -box.left) + Math.max(0, box.right - 1);
        double beyond = box.middle < 6 || box.middle > height - 8 ? 1 : 0;
        long covered = ink.stream()
                .filter(p -> p[0] > box.left && p[0] < box.right && Math.abs(p[1] - box.middle) < CLEAR)
                .count();
        double ownPoint = Math.abs(offset) < CLEAR ? 1 : 0;
        long over = taken.stream().filter(box::meets).count();
        return 1000 * over + 10_000 * outside + 500 * beyond + 12 * (covered + ownPoint) + Math.abs(offset);
    }

    /** Points along all lines and whiskers, a few pixels apart: across as a share, down in pixels. */
    private List<double[]> ink() {
        List<double[]> ink = new ArrayList<>();
        for (Series line : series) {
            for (int i = 0; i < line.x.length; i++) {
                int before = Math.max(0, i - 1); // the first point stands for itself
                double fromX = x.at(line.x[before]);
                double toX = x.at(line.x[i]);
                double fromY = height * (1 - clamp(y.at(line.y[before])));
                double toY = height * (1 - clamp(y.at(line.y[i])));
                double length = Math.hypot((toX - fromX) * NARROW, toY - fromY);
                for (double step = 0; Double.isFinite(length) && step <= length; step += 4) {
                    double t = length == 0 ? 0 : step / length;
                    ink.add(new double[] {fromX + t * (toX - fromX), fromY + t * (toY - fromY)});
                }
            }
        }
        for (Whisker whisker : whiskers) {
            double low = height * (1 - clamp(y.at(whisker.low)));
            for (double at = height * (1 - clamp(y.at(whisker.high))); at <= low; at += 4) {
                ink.add(new double[] {x.at(whisker.x), at});
            }
        }
        return ink;
    }
}
