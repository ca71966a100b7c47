package io.halflight.recipe;

import io.halflight.backbone.Backbones;
import io.halflight.data.LabelSplit;
import io.halflight.train.Trainer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What each stage costs beside the others, so that the time left can be told from the first steps on. The unit is one
 * weight met by one view; only ratios matter.
 */
final class Work {
    private final Map<String, Double> units = new LinkedHashMap<>();

    Work(LabelSplit split, Map<String, Stage> stages) {
        stages.forEach((name, stage) -> units.put(name, units(split, stage)));
    }

    private static double units(LabelSplit split, Stage stage) {
        StageSettings s = stage.settings();
        boolean labelled = s.leads() == Trainer.Lead.LABELLED && !(s instanceof Taught.MoamRetrain);
        int pictures = labelled ? split.labelled().length : split.unlabelledStream().length;
        double perEpoch = s.picturesPerEpoch() > 0 ? s.picturesPerEpoch() : pictures;
        return perEpoch
                * s.epochs()
                * s.passes()
                * Backbones.config(stage.encoder()).parameters();
    }

    double of(Stage stage) {
        return units.getOrDefault(stage.name(), 0.0);
    }

    double after(Stage stage) {
        double sum = 0;
        boolean later = false;
        for (Map.Entry<String, Double> entry : units.entrySet()) {
            sum += later ? entry.getValue() : 0;
            later |= entry.getKey().equals(stage.name());
        }
        return sum;
    }
}
