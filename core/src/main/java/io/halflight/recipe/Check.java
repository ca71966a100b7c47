package io.halflight.recipe;

import io.halflight.backbone.BackboneSpec;

/** Ranges of recipe values; the messages become usage errors with the line in front. */
final class Check {
    private Check() {}

    static void training(int epochs, int batch, int picturesPerEpoch, int evaluations) {
        atLeast("epochs", epochs, 1);
        atLeast("batch", batch, 2);
        atLeast("pictures_per_epoch", picturesPerEpoch, 0);
        atLeast("evaluations", evaluations, 1);
    }

    static void atLeast(String key, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(key + " must be at least " + least + ", got " + value);
        }
    }

    static void between(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s must be between %d and %d, got %d".formatted(key, least, most, value));
        }
    }

    static void above0(String key, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(key + " must be above 0, got " + value);
        }
    }

    static void from0(String key, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(key + " must be at least 0, got " + value);
        }
    }

    static void below1(String key, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(key + " must be at least 0 and below 1, got " + value);
        }
    }

    /** A drop rate, or {@link BackboneSpec#OWN}. */
    static void rate(String key, double value) {
        if (!BackboneSpec.isRate(value)) {
            throw new IllegalArgumentException(
                    key + " must be at least 0 and below 1, or -1 for the network's own, got " + value);
        }
    }

    static void share(String key, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(key + " must be between 0 and 1, got " + value);
        }
    }
}
