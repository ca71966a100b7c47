package io.halflight.app;

import io.halflight.eval.ClassificationMetrics;
import io.halflight.eval.ClassificationMetrics.PerClass;
import io.halflight.recipe.BundleEvaluation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** An evaluation for people: the figures, class by class, the most frequent mistakes, and what weakens them. */
final class EvaluationText {
    private static final int MOST_MISTAKES = 5;
    private static final int NAME_MIN = 8;

    /** Pictures of one class that were taken for another. */
    private record Mistake(String label, String prediction, int count, int support) {}

    private EvaluationText() {}

    /** Lines of at most {@code width}, but for long names. */
    static List<String> lines(BundleEvaluation.Result result, String source, int width) {
        ClassificationMetrics metrics = result.metrics();
        List<String> lines = new ArrayList<>();
        lines.addAll(Text.wrap(
                "%s of %s%s are classified rightly%s; confidence is off by %s on average (expected calibration error)."
                        .formatted(
                                Text.percent(metrics.top1()),
                                Text.count(result.pictures(), "picture", "pictures"),
                                result.testPart() ? " of the test part of " + source : " of " + source,
                                metrics.top5() < 1 ? ", among the five likeliest " + Text.percent(metrics.top5()) : "",
                                Text.percent(metrics.ece())),
                width));
        lines.add("");
        lines.addAll(classes(metrics.perClass(), width));
        List<Mistake> mistakes = mistakes(metrics);
        if (!mistakes.isEmpty()) {
            lines.add("");
            lines.add("Most frequent mistakes");
            mistakes.forEach(m -> lines.add("  %s taken for %s: %s of %s"
                    .formatted(m.label(), m.prediction(), Text.count(m.count()), Text.count(m.support()))));
        }
        if (!result.otherClasses().isEmpty()) {
            lines.add("");
            lines.addAll(Text.wrap(
                    "Left out: pictures of classes that the model does not know: "
                            + String.join(", ", result.otherClasses()) + ".",
                    width));
        }
        if (result.trainedOn() > 0) {
            lines.add("");
            lines.addAll(Text.wrap(
                    "%s of the pictures were there when the model learnt, with or without their label: on new ones expect less."
                            .formatted(Text.count(result.trainedOn())),
                    width));
        }
        return lines;
    }

    private static List<String> classes(List<PerClass> classes, int width) {
        int names = classes.stream().mapToInt(c -> c.name().length()).max().orElse(0);
        int room = Math.max(NAME_MIN, Math.min(names, width - "  found  right  pictures".length()));
        String form = "%-" + room + "s  %6s  %6s  %8s";
        List<String> lines = new ArrayList<>();
        lines.add(form.formatted("", "found", "right", "pictures")); // recall and precision
        for (PerClass one : classes) {
            lines.add(form.formatted(
                    Text.cut(one.name(), room),
                    share(one.recall()),
                    share(one.precision()),
                    Text.count(one.support())));
        }
        lines.addAll(Text.wrap(
                "found: share of a class's pictures that were put there; right: share of those put there that belong there.",
                width));
        return lines;
    }

    private static String share(double share) {
        return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    private static List<Mistake> mistakes(ClassificationMetrics metrics) {
        List<Mistake> mistakes = new ArrayList<>();
        List<PerClass> classes = metrics.perClass();
        for (int label = 0; label < classes.size(); label++) {
            for (int prediction = 0; prediction < classes.size(); prediction++) {
                int count = metrics.confusion()[label][prediction];
                if (label != prediction && count > 0) {
                    mistakes.add(new Mistake(
                            classes.get(label).name(),
                            classes.get(prediction).name(),
                            count,
                            classes.get(label).support()));
                }
            }
        }
        mistakes.sort(Comparator.comparingInt(Mistake::count).reversed());
        return mistakes.subList(0, Math.min(MOST_MISTAKES, mistakes.size()));
    }
}
