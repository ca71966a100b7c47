package io.halflight.recipe;

import io.halflight.method.SignalAnnealing;
import io.halflight.train.OptimizerSettings;
import io.halflight.train.Trainer;

/**
 * A stage that learns from labelled and unlabelled pictures in the same steps; the record components are the keys of the
 * recipe. Epochs and batches are counted in labelled pictures, as the papers do.
 */
public sealed interface SemiSupervised extends StageSettings
        permits SemiSupervised.FixMatch, SemiSupervised.Uda, SemiSupervised.MeanTeacher, S4l {
    BackboneSettings backbone();

    @Override
    default BackboneSettings backboneOrNull() {
        return backbone();
    }

    /** The stage whose encoder it starts from, or {@code none}. */
    String initFrom();

    AverageSettings average();

    /** Unlabelled pictures for each labelled one in a step; mu in the papers. */
    double unlabelledRatio();

    /** Whether the labelled pictures are in the unlabelled stream too. */
    boolean labelledInside();

    @Override
    default Trainer.Lead leads() {
        return Trainer.Lead.LABELLED;
    }

    @Override
    default int unlabelledBatch() {
        return Math.max(1, (int) Math.round(batch() * unlabelledRatio()));
    }

    /** Sure answers to weak views are the labels of strong ones. */
    record FixMatch(
            String title,
            BackboneSettings backbone,
            String initFrom,
            WeakSettings weak,
            StrongSettings strong,
            double threshold,
            double weight,
            double labelSmoothing,
            Align align,
            boolean classThresholds,
            AverageSettings average,
            boolean labelledInside,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements SemiSupervised {
        public FixMatch {
            Check.below1("threshold", threshold);
            Check.above0("weight", weight);
            Check.below1("label_smoothing", labelSmoothing);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public double passes() {
            return 3 * (1 + 2 * unlabelledRatio);
        }
    }

    /** Strong views are answered as clean ones are, but more surely. */
    record Uda(
            String title,
            BackboneSettings backbone,
            String initFrom,
            WeakSettings weak,
            StrongSettings strong,
            double temperature,
            double threshold,
            double weight,
            double entropyWeight,
            SignalAnnealing tsa,
            String filterBy,
            int filterPerClass,
            Align align,
            boolean classThresholds,
            AverageSettings average,
            boolean labelledInside,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements SemiSupervised {
        public Uda {
            Check.above0("temperature", temperature);
            Check.below1("threshold", threshold);
            Check.above0("weight", weight);
            Check.from0("entropy_weight", entropyWeight);
            Check.atLeast("filter_per_class", filterPerClass, filterBy.equals("none") ? 0 : 1);
            if (filterBy.equals("none") && filterPerClass > 0) {
                throw new IllegalArgumentException(
                        "filter_per_class is %d, but no stage is named by filter_by".formatted(filterPerClass));
            }
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        /** The classifier that picks pictures; it is asked like a teacher, and teaches nothing else. */
        @Override
        public String teacher() {
            return filterBy.equals("none") ? "" : filterBy;
        }

        @Override
        public double passes() {
            return 3 * (1 + 2 * unlabelledRatio);
        }
    }

    /** The average of the weights over time teaches. */
    record MeanTeacher(
            String title,
            BackboneSettings backbone,
            String initFrom,
            WeakSettings weak,
            double weight,
            double rampUp,
            AverageSettings average,
            boolean labelledInside,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements SemiSupervised {
        public MeanTeacher {
            Check.above0("weight", weight);
            Check.share("ramp_up", rampUp);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
            if (!average.exists()) {
                throw new IllegalArgumentException(
                        "average.decay must be above 0, got 0.0: the average of the weights is the teacher");
            }
        }

        @Override
        public double passes() {
            return 3 * (1 + unlabelledRatio) + unlabelledRatio;
        }
    }
}
