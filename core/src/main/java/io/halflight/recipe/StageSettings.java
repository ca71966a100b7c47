package io.halflight.recipe;

import io.halflight.train.OptimizerSettings;
import io.halflight.train.Trainer;
import org.jspecify.annotations.Nullable;

/** What one stage does; the record components are the keys of the recipe, in the words of {@code defaults.yaml}. */
public sealed interface StageSettings
        permits Pretraining,
                SemiSupervised,
                Taught,
                StageSettings.Supervised,
                StageSettings.FineTune,
                StageSettings.Distill {
    String title();

    int epochs();

    /** The stream whose pictures {@link #epochs}, {@link #batch} and {@link #picturesPerEpoch} count. */
    Trainer.Lead leads();

    int batch();

    /** Labelled pictures in a step. */
    default int labelledBatch() {
        return batch();
    }

    /** Unlabelled pictures in a step. */
    default int unlabelledBatch() {
        return batch();
    }

    int picturesPerEpoch();

    OptimizerSettings optimizer();

    int evaluations();

    /** The network that the stage starts from fresh weights or a file; null where an earlier stage gives it. */
    @Nullable
    BackboneSettings backboneOrNull();

    /** The stage whose classifier teaches this one; empty for none. */
    default String teacher() {
        return "";
    }

    /** Views through networks that a picture costs, a view that is learnt from counted three times. */
    default double passes() {
        return 3;
    }

    /** To what a teacher's mean probabilities are evened out. */
    enum Align {
        /** Nothing, as in the paper. */
        NONE,
        /** The classes' shares among the labelled pictures. */
        LABELS
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

        @Override
        public Trainer.Lead leads() {
            return Trainer.Lead.LABELLED;
        }

        @Override
        public BackboneSettings backboneOrNull() {
            return backbone;
        }
    }

    /** Training on the labelled pictures from a pretrained encoder. */
    record FineTune(
            String title,
            String from,
            int fromLayer,
            int size,
            int frozen,
            boolean plain,
            AugmentSettings augment,
            double labelSmoothing,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements StageSettings {
        public FineTune {
            Check.atLeast("size", size, 0);
            Check.atLeast("frozen", frozen, 0);
            Check.below1("label_smoothing", labelSmoothing);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public Trainer.Lead leads() {
            return Trainer.Lead.LABELLED;
        }

        @Override
        public @Nullable BackboneSettings backboneOrNull() {
            return null;
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
            double sharpen,
            boolean plainTeacher,
            Align align,
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
            Check.above0("sharpen", sharpen);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
            Check.atLeast("labelled_batch", labelledBatch, 2);
        }

        @Override
        public Trainer.Lead leads() {
            return Trainer.Lead.UNLABELLED;
        }

        @Override
        public BackboneSettings backboneOrNull() {
            return backbone;
        }

        @Override
        public double passes() {
            double labelled = labelWeight > 0 ? (double) labelledBatch / batch : 0;
            return 3 * (1 + labelled) + 1;
        }
    }
}
