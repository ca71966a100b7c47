package io.halflight.data;

import io.halflight.HalflightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A list of labels that also says what each picture is for, {@code path,label,role}: a run that is given it trains on the
 * labels and the pseudo-labels, and validates and tests on the pictures that were kept for it.
 */
public final class LabelList {
    /** What a listed picture is for. */
    public enum Use {
        /** Trained on with its true class. */
        LABELLED,
        /** Trained on with the class that a classifier gave it; never validates or tests. */
        PSEUDO,
        VALIDATION,
        TEST
    }

    /** One picture. */
    public record Line(String path, String label, Use use) {}

    private static final List<String> HEADER = List.of("path", "label", "role");

    private LabelList() {}

    /**
     * The true labels that a run's split knows, with their roles, in the order of the file.
     *
     * @param split as {@link LabelSplit#write} left it
     */
    public static List<Line> known(Path split) {
        List<Line> lines = new ArrayList<>();
        for (Csv.Row row : SplitFile.rows(split)) {
            Role role = SplitFile.role(split, row);
            if (role == Role.LABELLED || role == Role.VALIDATION || role == Role.TEST) {
                lines.add(new Line(row.fields().get(0), row.fields().get(2), use(split, row, role.name())));
            }
        }
        return lines;
    }

    /** The use that a role names; a label without one is a label. */
    static Use use(Path csv, Csv.Row row, String role) {
        String name = role.strip().toUpperCase(Locale.ROOT);
        for (Use use : Use.values()) {
            if (use.name().equals(name)) {
                return use;
            }
        }
        if (name.isEmpty()) {
            return Use.LABELLED;
        }
        throw HalflightException.usage("%s:%d: the role is '%s', expected labelled, pseudo, validation or test"
                .formatted(csv, row.line(), role.strip()));
    }

    /** The file appears complete or not at all. */
    public static void write(Path csv, List<Line> lines) {
        StringBuilder text = new StringBuilder(String.join(",", HEADER)).append('\n');
        for (Line line : lines) {
            text.append(Csv.quoted(line.path()))
                    .append(',')
                    .append(Csv.quoted(line.label()))
                    .append(',')
                    .append(line.use().name().toLowerCase(Locale.ROOT))
                    .append('\n');
        }
        SplitFile.write(csv, text.toString());
    }

    /** Whether this file may be replaced by another list: it is not there, or was written here. */
    public static boolean isReplaceable(Path csv) {
        if (!Files.exists(csv)) {
            return true;
        }
        try {
            List<Csv.Row> rows = Csv.read(csv);
            return !rows.isEmpty() && rows.get(0).fields().equals(HEADER);
        } catch (HalflightException notALabelList) {
            return false;
        }
    }
}
