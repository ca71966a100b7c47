package io.halflight.bundle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a classifier makes of one picture.
 *
 * @param label the most probable class
 * @param confidence its probability
 * @param scores every class, the most probable first
 */
public record Prediction(String label, double confidence, List<Score> scores) {
    /** One class and its probability in [0, 1]; those of all classes add up to 1. */
    public record Score(String label, double probability) {}

    /** From K logits at {@code offset}; equal ones stay in the order of the classes. */
    static Prediction of(float[] logits, int offset, List<String> classes) {
        double highest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes.size(); k++) {
            highest = Math.max(highest, logits[offset + k]);
        }
        double sum = 0;
        for (int k = 0; k < classes.size(); k++) {
            sum += Math.exp(logits[offset + k] - highest);
        }
        List<Score> scores = new ArrayList<>();
        for (int k = 0; k < classes.size(); k++) {
            scores.add(new Score(classes.get(k), Math.exp(logits[offset + k] - highest) / sum));
        }
        scores.sort(Comparator.comparingDouble(Score::probability).reversed());
        return new Prediction(scores.get(0).label(), scores.get(0).probability(), List.copyOf(scores));
    }
}
