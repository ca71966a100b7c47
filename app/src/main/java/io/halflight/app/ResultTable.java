package io.halflight.app;

import io.halflight.recipe.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The classifiers of a run side by side; a narrow terminal does without the columns on the right. */
final class ResultTable {
    private static final String GAP = "  ";

    private record Column(String head, Function<RunResult.Row, String> cell) {}

    private ResultTable() {}

    /**
     * The table's lines, none longer than {@code width} unless the first column alone is.
     *
     * @param rows the first one is what the others are compared with, if its stage is named {@code supervised…}
     */
    static List<String> lines(List<RunResult.Row> rows, int width) {
        List<Column> columns = columns(rows);
        while (columns.size() > 2 && length(columns, rows) > width) {
            columns.remove(columns.size() - 1);
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(columns, rows, Column::head));
        for (RunResult.Row row : rows) {
            lines.add(line(columns, rows, column -> column.cell().apply(row)));
        }
        return lines;
    }

    private static List<Column> columns(List<RunResult.Row> rows) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("", RunResult.Row::title));
        columns.add(new Column("accuracy", row -> Text.percent(row.accuracy())));
        RunResult.Row first = rows.get(0);
        if (rows.size() > 1 && first.name().startsWith("supervised")) {
            columns.add(new Column("gain", row -> row.equals(first) ? "" : points(row.accuracy() - first.accuracy())));
        }
        columns.add(new Column("time", row -> Text.duration(row.seconds())));
        if (rows.stream().anyMatch(row -> row.top5() < 1)) { // with five classes or fewer it says nothing
            columns.add(new Column("top-5", row -> Text.percent(row.top5())));
        }
        columns.add(new Column("parameters", row -> Text.magnitude(row.parameters())));
        return columns;
    }

    private static String points(double difference) {
        return String.format(Locale.ROOT, "%+.1f", 100 * difference);
    }

    private static String line(List<Column> columns, List<RunResult.Row> rows, Function<Column, String> cell) {
        StringBuilder line = new StringBuilder();
        for (Column column : columns) {
            String text = cell.apply(column);
            String pad = " ".repeat(width(column, rows) - text.length());
            line.append(line.isEmpty() ? text + pad : GAP + pad + text); // names left, numbers right
            if (line.isEmpty()) {
                line.append(' '); // a table of one untitled row
            }
        }
        return line.toString().stripTrailing();
    }

    private static int width(Column column, List<RunResult.Row> rows) {
        return rows.stream()
                .mapToInt(row -> column.cell().apply(row).length())
                .reduce(column.head().length(), Math::max);
    }

    private static int length(List<Column> columns, List<RunResult.Row> rows) {
        return columns.stream()
                        .mapToInt(column -> width(column, rows) + GAP.length())
                        .sum()
                - GAP.length();
    }
}
