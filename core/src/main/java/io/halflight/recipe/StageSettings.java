package io.halflight.recipe;

import io.halflight.train.OptimizerSettings;

/** What one stage does; the record components are the keys of the recipe, in the words of {@code defaults.yaml}. */
public sealed interface StageSettings {
    String title();

    int epochs();

    int batch();

    /** Labelled pictures in a step beside the unlabelled ones. */
    default int labelledBatch() {
        return batch();
    }

    int picturesPerEpoch();

    OptimizerSettings optimizer();

    int evaluations();

    /** Contrastive pretraining. */
    record SimClr(
            String title,
            BackboneSettings backbone,
            HeadSettings head,
            double temperature,
            AugmentSettings augment,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements StageSettings {
        public SimClr {
            Check.above0("temperature", temperature);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }
    }

    /** Training on the labelled pictures from scratch. */
    record Supervised(
            String title,
            BackboneSettings backbone,
            AugmentSettings augment,
            double labelSmoothing,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements StageSettings {
        public Supervised {
            Check.below1("label_smoothing", labelSmoothing);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }
    }

    /** Training on the labelled pictures from a pretrained encoder. */
    record FineTune(
            String title,
            String from,
            int fromLayer,
            AugmentSettings augment,
            double labelSmoothing,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements StageSettings {
        public FineTune {
            Check.below1("label_smoothing", labelSmoothing);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }
    }

    /** Learning from a teacher's probabilities. */
    record Distill(
            String title,
            String teacher,
            String initFrom,
            BackboneSettings backbone,
            double temperature,
            double labelWeight,
            boolean timesSquare,
            AugmentSettings augment,
            int epochs,
            int batch,
            int labelledBatch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements StageSettings {
        public Distill {
            Check.above0("temperature", temperature);
            Check.below1("label_weight", labelWeight);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
            Check.atLeast("labelled_batch", labelledBatch, 2);
        }
    }
}
