package io.halflight.app;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Names of measured figures as they are printed. */
final class Figures {
    private static final Map<String, String> SHARES = Map.of(
            "knn", "k-NN",
            "linear", "linear probe",
            "linearSgd", "linear probe by SGD",
            "validationAccuracy", "validation",
            "accuracy", "accuracy",
            "top1", "accuracy",
            "top5", "top-5",
            "agreement", "agreement",
            "ece", "calibration error");

    private Figures() {}

    /** {@code k-NN 61.2%, linear probe 70.3%}. */
    static String line(Map<String, Double> figures) {
        return figures.entrySet().stream()
                .map(figure -> one(figure.getKey(), figure.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String one(String key, double value) {
        String share = SHARES.get(key);
        return share != null
                ? share + " " + Text.percent(value)
                : key.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT)
                        + String.format(Locale.ROOT, " %.4g", value);
    }
}
