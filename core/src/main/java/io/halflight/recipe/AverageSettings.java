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
 * @param counted whether early steps keep less
 * @param statistics where its running statistics come from
 */
public record AverageSettings(double decay, boolean counted, Statistics statistics) {
    public AverageSettings {
        Check.share("decay", decay);
        if (statistics == Statistics.OWN) {
            throw new IllegalArgumentException(
                    "statistics must be averaged or copied: this average never runs in training mode");
        }
    }

    /** Call it outside any scope. */
    AveragedClassifier of(
            ImageClassifier online, ClassifierSpec spec, Function<ClassifierSpec, ImageClassifier> fresh) {
        return decay == 0
                ? new AveragedClassifier(online)
                : new AveragedClassifier(online, fresh.apply(spec), decay, counted, statistics);
    }
}
