package io.halflight.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Accuracy against labels per class.
 *
 * @param labels per class, rising
 * @param seeds of each number of labels, from 0
 * @param methods in the order of tables
 * @param points what was measured; some are missing if it was interrupted
 * @param interrupted whether it was asked to stop and waits to be started again
 */
public record CurveResult(
        List<Integer> labels, int seeds, List<Method> methods, List<Point> points, boolean interrupted) {
    /**
     * One line of the chart.
     *
     * @param name a stage's, or that of a probe of the frozen encoder
     */
    public record Method(String name, String title) {}

    /**
     * One method with one draw of labels.
     *
     * @param labels per class
     * @param figure name of the method
     * @param accuracy share of the test pictures
     * @param protocol how it was taken
     */
    public record Point(int labels, long seed, String figure, double accuracy, String protocol) {}

    /**
     * One method over the seeds.
     *
     * @param deviation of the seeds' sample; NaN for a single seed
     * @param seeds that were measured
     */
    public record Mean(int labels, String figure, double mean, double deviation, int seeds) {}

    /** By labels, then by method; without those of which nothing was measured yet. */
    public List<Mean> means() {
        List<Mean> means = new ArrayList<>();
        for (int n : labels) {
            for (Method method : methods) {
                double[] accuracies = points.stream()
                        .filter(point -> point.labels() == n && point.figure().equals(method.name()))
                        .mapToDouble(Point::accuracy)
                        .toArray();
                if (accuracies.length > 0) {
                    means.add(mean(n, method, accuracies));
                }
            }
        }
        return means;
    }

    private static Mean mean(int labels, Method method, double[] accuracies) {
        int n = accuracies.length;
        double mean = 0;
        for (double accuracy : accuracies) {
            mean += accuracy / n;
        }
        double squares = 0;
        for (double accuracy : accuracies) {
            squares += (accuracy - mean) * (accuracy - mean);
        }
        return new Mean(labels, method.name(), mean, n > 1 ? Math.sqrt(squares / (n - 1)) : Double.NaN, n);
    }

    /** The content of {@code curve.json}. */
    Map<String, Object> toJson(String command) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("command", command);
        json.put("labels", labels);
        json.put("seeds", seeds);
        json.put("methods", methods);
        json.put("means", means());
        json.put("points", points);
        return json;
    }
}
