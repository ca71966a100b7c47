package io.halflight.data;

import io.halflight.HalflightException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pseudo-labels as text, {@code path,label,confidence,entropy,neighbours}, one line a picture. Numbers are written with as
 * many digits as it takes to read the same ones back.
 */
public final class PseudoLabelFile {
    /** Its name in a stage's folder. */
    public static final String NAME = "pseudo-labels.csv";

    private static final List<String> HEADER = List.of("path", "label", "confidence", "entropy", "neighbours");

    private PseudoLabelFile() {}

    /** The file appears complete or not at all. */
    public static void write(Path csv, List<PseudoLabel> labels) {
        StringBuilder text = new StringBuilder(String.join(",", HEADER)).append('\n');
        for (PseudoLabel line : labels) {
            text.append(Csv.quoted(line.path()))
                    .append(',')
                    .append(Csv.quoted(line.label()))
                    .append(',')
                    .append(line.confidence())
                    .append(',')
                    .append(line.entropy())
                    .append(',')
                    .append(line.neighbours())
                    .append('\n');
        }
        SplitFile.write(csv, text.toString());
    }

    /**
     * Reads what {@link #write} wrote, in the same order.
     *
     * @throws HalflightException naming the line that is no pseudo-label
     */
    public static List<PseudoLabel> read(Path csv) {
        List<Csv.Row> rows = Csv.read(csv);
        if (rows.isEmpty() || !rows.get(0).fields().equals(HEADER)) {
            throw HalflightException.run(
                    "%s holds no pseudo-labels: its first line is not %s; remove it to have it made again"
                            .formatted(csv, String.join(",", HEADER)));
        }
        List<PseudoLabel> labels = new ArrayList<>(rows.size());
        for (Csv.Row row : rows.subList(1, rows.size())) {
            try {
                labels.add(new PseudoLabel(
                        row.fields().get(0),
                        row.fields().get(1),
                        number(row.at(2), 1),
                        number(row.at(3), Float.MAX_VALUE),
                        number(row.at(4), 1)));
            } catch (NumberFormatException | IndexOutOfBoundsException e) {
                throw HalflightException.run(
                        "%s:%d: expected %s; remove the file to have it made again"
                                .formatted(csv, row.line(), String.join(",", HEADER)),
                        e);
            }
        }
        return List.copyOf(labels);
    }

    private static float number(String text, float most) {
        float number = Float.parseFloat(text);
        if (!(number >= 0 && number <= most)) {
            throw new NumberFormatException("not from 0 to " + most + ": " + text);
        }
        return number;
    }
}
