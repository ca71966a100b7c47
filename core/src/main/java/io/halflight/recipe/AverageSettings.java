package io.halflight.recipe;

import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.method.AveragedClassifier;
import io.halflight.optim.MovingAverage.Statistics;
import java.util.function.Function;

/**
 * The average over time that a stage keeps instead of its last weights.
 *
 * @param decay share that it keeps at each step; 0 for no average
 * @param halfLife epochs after which a step counts half, instead of the decay; 0 for the decay
 * @param counted whether early steps keep less
 * @param statistics where its running statistics come from
 */
public record AverageSettings(double decay, double halfLife, boolean counted, Statistics statistics) {
    public AverageSettings {
        Check.share("decay", decay);
        Check.from0("half_life", halfLife);
        if (statistics == Statistics.OWN) {
            throw new IllegalArgumentException(
                    "statistics must be averaged or copied: this average never runs in training mode");
        }
    }

    /** Whether there is one. */
    boolean exists() {
        return decay > 0 || halfLife > 0;
    }

    /**
     * Call it outside any scope.
     *
     * @param epochs of the stage
     */
    AveragedClassifier of(
            ImageClassifier online, ClassifierSpec spec, Function<ClassifierSpec, ImageClassifier> fresh, int epochs) {
        if (halfLife > 0) {
            return AveragedClassifier.halving(online, fresh.apply(spec), halfLife / epochs, statistics);
        }
        return decay == 0
                ? new AveragedClassifier(online)
                : new AveragedClassifier(online, fresh.apply(spec), decay, counted, statistics);
    }
}
