package io.halflight.app.report;

import io.halflight.app.report.RunData.Row;
import java.util.Locale;

/** What the run found, in a sentence that needs no knowledge of the field. */
final class Verdict {
    /** 97.5 % quantile of the normal distribution. */
    private static final double Z = 1.96;

    private Verdict() {}

    /** The sentence, cut around the number that it is about; before and after may be empty, together never. */
    record Sentence(String before, String number, String after) {
        String text() {
            return before + number + after;
        }
    }

    static Sentence of(RunData data) {
        Row delivered = data.delivered();
        if (delivered == null || !Double.isFinite(delivered.accuracy())) {
            return new Sentence(withoutResults(data), "", "");
        }
        double tested = data.tested();
        String before = "%s, %s reached ".formatted(budget(data), noun(delivered));
        String pictures = Double.isFinite(tested) ? Figures.count(tested) + " test pictures" : "the test pictures";
        return new Sentence(
                before, Figures.percent(delivered.accuracy()), " on " + pictures + comparison(data, delivered, tested));
    }

    private static String comparison(RunData data, Row delivered, double tested) {
        Row baseline = data.baseline();
        if (baseline == null || !Double.isFinite(baseline.accuracy())) {
            return ".";
        }
        double difference = delivered.accuracy() - baseline.accuracy();
        String size = Figures.format("%.1f", Math.abs(100 * difference));
        if (size.equals("0.0")) {
            return ", the same as training on the same labels alone.";
        }
        String unit = size.equals("1.0") ? " point " : " points ";
        String sentence =
                ": " + size + unit + (difference > 0 ? "above" : "below") + " training on the same labels alone";
        return sentence
                + (clear(delivered.accuracy(), baseline.accuracy(), tested)
                        ? "."
                        : ", which is within the chance of this test set.");
    }

    /** Whether two accuracies on n pictures differ by more than 1.96 standard errors, taken as independent. */
    static boolean clear(double a, double b, double n) {
        double error = Math.sqrt((a * (1 - a) + b * (1 - b)) / n);
        return !Double.isFinite(n) || Math.abs(a - b) > Z * error;
    }

    /** Wilson's 95 % interval of a share seen on n pictures; NaN at both ends without n. */
    static double[] interval(double share, double n) {
        double z2 = Z * Z;
        double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
        double half = Z / (1 + z2 / n) * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n));
        return n > 0 ? new double[] {centre - half, centre + half} : new double[] {Double.NaN, Double.NaN};
    }

    private static String budget(RunData data) {
        double labelled = data.run().object("data").object("counts").number("labelled");
        int classes = data.run().object("data").list("classes").size();
        if (!Double.isFinite(labelled)) {
            return "With the labels given";
        }
        if (classes > 0 && labelled % classes == 0) {
            double each = labelled / classes;
            return "With %s label%s per class".formatted(Figures.count(each), each == 1 ? "" : "s");
        }
        return "With %s label%s".formatted(Figures.count(labelled), labelled == 1 ? "" : "s");
    }

    private static String noun(Row row) {
        return switch (row.title().toLowerCase(Locale.ROOT)) {
            case "distilled" -> "distillation";
            case "fine-tuned", "finetuned" -> "fine-tuning";
            case "supervised", "supervised, same labels" -> "supervised training";
            default -> "\u201c" + row.title() + "\u201d";
        };
    }

    private static String withoutResults(RunData data) {
        String reason = switch (data.run().text("status")) {
            case "running" -> "The run is still going: there are no test results yet";
            case "interrupted" -> "The run was interrupted before the test pictures were read";
            case "failed" -> "The run failed before the test pictures were read";
            default -> "There are no test results in this run";
        };
        return reason + (data.stages().isEmpty() ? "." : "; the curves show how far it has come.");
    }
}
