package io.halflight.app;

import io.halflight.recipe.CurveResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Accuracy by labels and method; a narrow terminal does without the methods on the right. */
final class CurveTable {
    private static final String GAP = "  ";

    private CurveTable() {}

    /** The table, no wider than {@code width} where that can be, and what it shows in words. */
    static List<String> lines(CurveResult result, int width, boolean unicode) {
        List<List<String>> columns = new ArrayList<>();
        columns.add(labels(result));
        for (CurveResult.Method method : result.methods()) {
            columns.add(column(result, method, unicode ? "±" : "+-"));
        }
        while (columns.size() > 2 && length(columns) > width) {
            columns.remove(columns.size() - 1);
        }
        List<String> lines = new ArrayList<>();
        for (int row = 0; row <= result.labels().size(); row++) {
            StringBuilder line = new StringBuilder();
            for (List<String> column : columns) {
                String cell = column.get(row);
                line.append(line.isEmpty() ? "" : GAP)
                        .append(" ".repeat(width(column) - cell.length()))
                        .append(cell);
            }
            lines.add(line.toString().stripTrailing());
        }
        String seeds = Text.count(result.seeds(), "seed", "seeds");
        lines.addAll(Text.wrap(
                result.seeds() == 1
                        ? "Accuracy on the test pictures in percent; " + seeds + "."
                        : "Accuracy on the test pictures in percent; mean and standard deviation over " + seeds + ".",
                width));
        return lines;
    }

    private static List<String> labels(CurveResult result) {
        List<String> column = new ArrayList<>();
        column.add("labels");
        result.labels().forEach(n -> column.add(Text.count(n)));
        return column;
    }

    private static List<String> column(CurveResult result, CurveResult.Method method, String sign) {
        List<CurveResult.Mean> means = result.means();
        List<String> column = new ArrayList<>();
        column.add(method.title());
        for (int n : result.labels()) {
            column.add(means.stream()
                    .filter(mean -> mean.labels() == n && mean.figure().equals(method.name()))
                    .findFirst()
                    .map(mean -> cell(mean, sign))
                    .orElse(""));
        }
        return column;
    }

    private static String cell(CurveResult.Mean mean, String sign) {
        String accuracy = String.format(Locale.ROOT, "%.1f", 100 * mean.mean());
        return Double.isNaN(mean.deviation())
                ? accuracy
                : accuracy + String.format(Locale.ROOT, " %s%.1f", sign, 100 * mean.deviation());
    }

    private static int width(List<String> column) {
        return column.stream().mapToInt(String::length).max().orElse(0);
    }

    private static int length(List<List<String>> columns) {
        return columns.stream().mapToInt(column -> width(column) + GAP.length()).sum() - GAP.length();
    }
}
