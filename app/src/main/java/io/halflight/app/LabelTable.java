package io.halflight.app;

import io.halflight.recipe.RunLabels;
import io.halflight.recipe.RunLabels.ClassCount;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Class by class, how many labels there are and how many were added. */
final class LabelTable {
    private static final String GAP = "  ";

    private record Column(String head, Function<ClassCount, String> cell) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("", ClassCount::name),
            new Column("given", c -> Text.count(c.given())),
            new Column("predicted", c -> Text.count(c.predicted())),
            new Column("kept", c -> Text.count(c.kept())),
            new Column("mean confidence", c -> c.predicted() == 0 ? "-" : Text.percent(c.confidence())));

    private LabelTable() {}

    /** The table, no wider than {@code width} where that can be, and what it shows in words. */
    static List<String> lines(RunLabels.Result result, double above, int width) {
        List<ClassCount> rows = new ArrayList<>(result.classes());
        int names = rows.stream().mapToInt(c -> c.name().length()).max().orElse(0);
        int numbers = COLUMNS.stream()
                .skip(1)
                .mapToInt(c -> GAP.length() + width(c, rows))
                .sum();
        int room = Math.max(8, Math.min(names, width - numbers));
        List<String> lines = new ArrayList<>();
        lines.add(line(rows, room, Column::head));
        rows.forEach(row -> lines.add(line(rows, room, column -> column.cell().apply(row))));
        int predicted = rows.stream().mapToInt(ClassCount::predicted).sum();
        lines.addAll(Text.wrap(
                "%s of %s answers of stage %s are taken, each with a confidence of at least %s."
                        .formatted(Text.count(result.kept()), Text.count(predicted), result.stage(), above),
                width));
        return lines;
    }

    private static String line(List<ClassCount> rows, int room, Function<Column, String> cell) {
        StringBuilder line = new StringBuilder();
        String name = Text.cut(cell.apply(COLUMNS.get(0)), room);
        line.append(name).append(" ".repeat(room - name.length()));
        for (Column column : COLUMNS.subList(1, COLUMNS.size())) {
            String text = cell.apply(column);
            line.append(GAP)
                    .append(" ".repeat(width(column, rows) - text.length()))
                    .append(text);
        }
        return line.toString().stripTrailing();
    }

    private static int width(Column column, List<ClassCount> rows) {
        return rows.stream()
                .mapToInt(row -> column.cell().apply(row).length())
                .reduce(column.head().length(), Math::max);
    }
}
