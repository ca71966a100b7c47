package io.halflight.app.report;

import io.halflight.app.report.Predictions.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the delivered network's features arrange test pictures: two maps, and what lies nearest to a typical picture of each class. */
final class FeatureSection {
    static final List<String> NOTES = List.of(
            "Test pictures by the features of the delivered network: what it knows before it decides on a class.",
            "t-SNE keeps neighbours together; distances between groups and their sizes mean little. PCA keeps the directions of the largest differences.",
            "Neighbours are those of the largest cosine.");

    /** Colours in the style sheet; further classes begin anew, and the names in the maps tell them apart. */
    private static final int COLOURS = 10;

    /** Names of more classes than this would cover the dots. */
    private static final int NAMED = 20;

    private static final int SHOWN = 12;
    private static final double DOT = 2.6;
    private static final int HEIGHT = 380;

    /** Of a letter and a line, as shares of a map on a phone. */
    private static final double LETTER = 7.0 / 360;

    private static final double LINE = 14.0 / HEIGHT;

    private record Point(String picture, String label, double[] pca, double[] tsne) {}

    private FeatureSection() {}

    static boolean isPresent(RunData data) {
        return !data.map().objects("points").isEmpty();
    }

    static void write(Markup m, RunData data, @Nullable PictureSource pictures) {
        List<Point> points = new ArrayList<>();
        for (Fields point : data.map().objects("points")) {
            double[] pca = pair(point, "pca");
            double[] tsne = pair(point, "tsne");
            if (finite(pca) && finite(tsne)) {
                points.add(new Point(point.text("picture"), point.text("label"), pca, tsne));
            }
        }
        List<String> classes =
                points.stream().map(Point::label).distinct().sorted().toList();
        Map<String, Prediction> answers = new HashMap<>();
        data.predictions().forEach(answer -> answers.put(answer.picture(), answer));
        List<Double> explained =
                data.map().list("explained").stream().map(Fields::asNumber).toList();
        double held = explained.stream().mapToDouble(Double::doubleValue).sum();
        m.open("div", "class", "panels wide");
        map(m, "t-SNE", "", points, classes, answers, true);
        map(
                m,
                "PCA",
                ", two directions with " + Figures.wholePercent(held) + " of the variance",
                points,
                classes,
                answers,
                false);
        m.close("div");
        key(m, points, classes, answers);
        neighbours(m, data.map().objects("typical"), pictures);
    }

    private static double[] pair(Fields point, String key) {
        List<?> list = point.list(key);
        return list.size() == 2
                ? new double[] {Fields.asNumber(list.get(0)), Fields.asNumber(list.get(1))}
                : new double[] {Double.NaN, Double.NaN};
    }

    private static boolean finite(double[] pair) {
        return Double.isFinite(pair[0]) && Double.isFinite(pair[1]);
    }

    private static void map(
            Markup m,
            String title,
            String more,
            List<Point> points,
            List<String> classes,
            Map<String, Prediction> answers,
            boolean tsne) {
        Scale x = axis(points, tsne, 0);
        Scale y = axis(points, tsne, 1);
        m.open("figure").open("figcaption").element("b", title).text(more).close("figcaption");
        Svg svg = Svg.open(
                m,
                "map",
                HEIGHT,
                title + " of the features",
                "%s test pictures of %d classes.".formatted(Figures.count(points.size()), classes.size()));
        for (Point point : points) {
            double[] at = tsne ? point.tsne() : point.pca();
            Prediction answer = answers.get(point.picture());
            String taken = answer == null || answer.right() ? "" : answer.prediction();
            svg.dot(
                    x.at(at[0]),
                    1 - y.at(at[1]),
                    DOT,
                    "k" + classes.indexOf(point.label()) % COLOURS + (taken.isEmpty() ? "" : " missed"),
                    point.label() + (taken.isEmpty() ? "" : ", taken for " + taken));
        }
        if (classes.size() <= NAMED) {
            names(svg, points, classes, x, y, tsne);
        }
        svg.close();
        m.close("figure");
    }

    private record Name(String text, double x, double y) {}

    /** In the middle of each class's pictures, or below a name that is there already. */
    private static void names(Svg svg, List<Point> points, List<String> classes, Scale x, Scale y, boolean tsne) {
        List<Name> wanted = new ArrayList<>();
        for (String name : classes) {
            List<double[]> own = points.stream()
                    .filter(point -> point.label().equals(name))
                    .map(point -> tsne ? point.tsne() : point.pca())
                    .toList();
            wanted.add(new Name(name, x.at(median(own, 0)), 1 - y.at(median(own, 1))));
        }
        wanted.sort(Comparator.comparingDouble(Name::y));
        List<Name> placed = new ArrayList<>();
        for (Name name : wanted) {
            double at = name.y();
            for (Name other : placed) { // from top to bottom, so that moving down is seen by those that follow
                double reach = LETTER * (name.text().length() + other.text().length()) / 2;
                if (Math.abs(other.x() - name.x()) < reach && at < other.y() + LINE) {
                    at = Math.max(at, other.y() + LINE);
                }
            }
            placed.add(new Name(name.text(), name.x(), at));
            placed.sort(Comparator.comparingDouble(Name::y));
            svg.text(name.text(), name.x(), at, 0, 4, "label middle");
        }
    }

    private static Scale axis(List<Point> points, boolean tsne, int axis) {
        double[] values = points.stream()
                .mapToDouble(point -> (tsne ? point.tsne() : point.pca())[axis])
                .toArray();
        double low = Arrays.stream(values).min().orElse(0);
        double high = Arrays.stream(values).max().orElse(1);
        double margin = 0.03 * (high - low);
        return Scale.exact(low - margin, high + margin);
    }

    /** Of a group in two parts it lies in one of them, where a mean would lie between. */
    private static double median(List<double[]> points, int axis) {
        double[] sorted =
                points.stream().mapToDouble(point -> point[axis]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void key(Markup m, List<Point> points, List<String> classes, Map<String, Prediction> answers) {
        boolean answered = points.stream().anyMatch(point -> answers.containsKey(point.picture()));
        m.open("p", "class", "small");
        m.text("%s test pictures of %d classes, one colour each%s.%s"
                .formatted(
                        Figures.count(points.size()),
                        classes.size(),
                        classes.size() > COLOURS ? ", which repeat after the tenth" : "",
                        answered ? " A ring is a picture that was taken for another class." : ""));
        m.close("p");
    }

    private static void neighbours(Markup m, List<Fields> typical, @Nullable PictureSource pictures) {
        if (pictures == null || typical.isEmpty()) {
            return;
        }
        List<Fields> weakest = typical.stream()
                .sorted(Comparator.comparingLong(FeatureSection::own))
                .limit(SHOWN)
                .toList();
        m.open("h3", "class", "apart").element("b", "Nearest to a typical picture");
        m.text(
                typical.size() > SHOWN
                        ? ", the %d classes with most strangers among them".formatted(SHOWN)
                        : " of each class, the class with most strangers among them first");
        m.close("h3").open("div", "class", "rows");
        for (Fields one : weakest) {
            m.open("ul", "class", "tiles near");
            m.open("li", "class", "query");
            PictureGrid.picture(m, one.text("picture"), one.text("label"), pictures);
            m.open("span", "class", "truth")
                    .element("b", one.text("label"))
                    .close("span")
                    .close("li");
            for (Fields other : one.objects("nearest")) {
                boolean stranger = !other.text("label").equals(one.text("label"));
                m.open("li", "class", stranger ? "wrong" : "");
                PictureGrid.picture(m, other.text("picture"), other.text("label"), pictures);
                m.element(
                        "span",
                        stranger ? other.text("label") : Figures.format("%.2f", other.number("cosine")),
                        "class",
                        "truth");
                m.close("li");
            }
            m.close("ul");
        }
        m.close("div");
    }

    private static long own(Fields typical) {
        return typical.objects("nearest").stream()
                .filter(other -> other.text("label").equals(typical.text("label")))
                .count();
    }
}
