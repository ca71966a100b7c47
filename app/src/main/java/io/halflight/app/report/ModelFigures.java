package io.halflight.app.report;

import java.util.ArrayList;
import java.util.List;

/**
 * The details of one classifier on the test pictures.
 *
 * @param confusion [true class][predicted class], counts, as many rows as columns
 * @param classes in the order of the confusion matrix
 * @param calibration bins of the reliability diagram that hold pictures
 */
record ModelFigures(double[][] confusion, List<ClassFigures> classes, List<Bin> calibration) {
    /** One class; shares are NaN where they are not defined. */
    record ClassFigures(String name, double precision, double recall, double support) {}

    /** One bin: mean confidence, share that is right, pictures. */
    record Bin(double confidence, double accuracy, double count) {}

    /** Reads what is there; classes without a name in it take the one from the run's list, or their number. */
    static ModelFigures of(Fields fields, List<String> names) {
        List<ClassFigures> classes = new ArrayList<>();
        for (Fields line : fields.objects("perClass")) {
            classes.add(new ClassFigures(
                    line.text("class"), line.number("precision"), line.number("recall"), line.number("support")));
        }
        double[][] confusion = confusion(fields.list("confusion"));
        for (int k = classes.size(); k < confusion.length; k++) {
            classes.add(counted(k < names.size() ? names.get(k) : "class " + k, confusion, k));
        }
        List<Bin> bins = fields.objects("calibration").stream()
                .map(bin -> new Bin(bin.number("confidence"), bin.number("accuracy"), bin.number("count")))
                .filter(bin -> bin.count() > 0 && Double.isFinite(bin.confidence()) && Double.isFinite(bin.accuracy()))
                .toList();
        return new ModelFigures(confusion, List.copyOf(classes), bins);
    }

    private static double[][] confusion(List<?> rows) {
        int n = rows.size();
        double[][] confusion = new double[n][n];
        for (int i = 0; i < n; i++) {
            List<?> row = rows.get(i) instanceof List<?> list ? list : List.of();
            for (int j = 0; j < Math.min(n, row.size()); j++) {
                double count = Fields.asNumber(row.get(j));
                confusion[i][j] = Double.isFinite(count) ? count : 0;
            }
        }
        return confusion;
    }

    private static ClassFigures counted(String name, double[][] confusion, int k) {
        double support = 0;
        double predicted = 0;
        for (int other = 0; other < confusion.length; other++) {
            support += confusion[k][other];
            predicted += confusion[other][k];
        }
        return new ClassFigures(name, confusion[k][k] / predicted, confusion[k][k] / support, support);
    }

    /** Pictures of a true class. */
    double support(int k) {
        double sum = 0;
        for (double count : confusion[k]) {
            sum += count;
        }
        return sum;
    }

    /** A wrong pair of classes: indices and how often it happened. */
    record Confusion(int truth, int prediction, double count) {}

    /** Wrong pairs that happened, the most frequent first. */
    List<Confusion> mistakes() {
        List<Confusion> mistakes = new ArrayList<>();
        for (int i = 0; i < confusion.length; i++) {
            for (int j = 0; j < confusion.length; j++) {
                if (i != j && confusion[i][j] > 0) {
                    mistakes.add(new Confusion(i, j, confusion[i][j]));
                }
            }
        }
        mistakes.sort((a, b) -> Double.compare(b.count(), a.count()));
        return mistakes;
    }
}
