package io.halflight.app.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rows of {@code predictions.csv}: comma-separated, quoted where a field holds a comma, quote or line end. */
final class Predictions {
    private Predictions() {}

    /** One test picture; confidence in [0, 1], NaN if it cannot be read. */
    record Prediction(String picture, String label, String prediction, double confidence, String model) {
        boolean right() {
            return label.equals(prediction);
        }
    }

    /** Rows below the header; rows with fewer than three fields are left out. */
    static List<Prediction> read(String csv) {
        List<Prediction> predictions = new ArrayList<>();
        List<List<String>> rows = rows(csv);
        for (List<String> row : rows.subList(Math.min(1, rows.size()), rows.size())) {
            if (row.size() >= 3) {
                predictions.add(new Prediction(
                        row.get(0),
                        row.get(1),
                        row.get(2),
                        row.size() > 3 ? number(row.get(3)) : Double.NaN,
                        row.size() > 4 ? row.get(4) : ""));
            }
        }
        return predictions;
    }

    /** The first right one of each class, by class name. */
    static List<Prediction> right(List<Prediction> predictions, int most) {
        Map<String, Prediction> first = new TreeMap<>();
        predictions.stream().filter(Prediction::right).forEach(p -> first.putIfAbsent(p.label(), p));
        return first.values().stream().limit(most).toList();
    }

    /** All of them, the surest first; equally sure ones in the order of the file. */
    static List<Prediction> surestFirst(List<Prediction> predictions) {
        return predictions.stream()
                .sorted((a, b) -> Double.compare(orZero(b.confidence()), orZero(a.confidence())))
                .toList();
    }

    /** The wrong ones, the surest first. */
    static List<Prediction> surestMistakes(List<Prediction> predictions, int most) {
        return surestFirst(predictions).stream()
                .filter(p -> !p.right())
                .limit(most)
                .toList();
    }

    /** Right or wrong, the least sure first. */
    static List<Prediction> leastSure(List<Prediction> predictions, int most) {
        return predictions.stream()
                .filter(p -> Double.isFinite(p.confidence()))
                .sorted(Comparator.comparingDouble(Prediction::confidence))
                .limit(most)
                .toList();
    }

    private static double orZero(double confidence) {
        return Double.isFinite(confidence) ? confidence : 0;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static List<List<String>> rows(String csv) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < csv.length(); i++) {
            char c = csv.charAt(i);
            if (c == '"') {
                if (quoted && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (!quoted && (c == ',' || c == '\n')) {
                row.add(field.toString());
                field.setLength(0);
                if (c == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else if (quoted || c != '\r') {
                field.append(c);
            }
        }
        if (field.length() > 0 || !row.isEmpty()) {
            row.add(field.toString());
            rows.add(row);
        }
        return rows;
    }
}
