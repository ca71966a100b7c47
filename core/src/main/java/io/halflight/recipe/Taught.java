package io.halflight.recipe;

import io.halflight.augment.SimClrView;
import io.halflight.augment.StrongView;
import io.halflight.data.Transform;
import io.halflight.method.NoisyStudent.Scale;
import io.halflight.method.NoisyStudent.Targets;
import io.halflight.train.OptimizerSettings;
import io.halflight.train.PseudoPool;
import io.halflight.train.Trainer;

/**
 * A stage that learns from labels which the classifier of an earlier stage has given once; the record components are the
 * keys of the recipe.
 */
sealed interface Taught extends StageSettings {
    /** The student, {@code same} for the teacher's network. */
    BackboneSettings backbone();

    /** The stage whose encoder it starts from, or {@code none}. */
    String initFrom();

    AverageSettings average();

    /** The view of labelled and unlabelled pictures. */
    Transform view(RunData data);

    /** Which of the teacher's answers are learnt from, and how often. */
    PseudoPool.Config pool();

    @Override
    default BackboneSettings backboneOrNull() {
        return backbone();
    }

    /** A noised student learns from labels and from the teacher's answers; epochs count labelled pictures. */
    record NoisyStudent(
            String title,
            String teacher,
            BackboneSettings backbone,
            String initFrom,
            StrongSettings strong,
            Targets targets,
            double temperature,
            double labelSmoothing,
            Scale lossScale,
            double minConfidence,
            boolean balance,
            int perClass,
            AverageSettings average,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Taught {
        public NoisyStudent {
            Check.above0("temperature", temperature);
            Check.below1("label_smoothing", labelSmoothing);
            Check.below1("min_confidence", minConfidence);
            Check.atLeast("per_class", perClass, 0);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public Transform view(RunData data) {
            return new StrongView(strong.config(data.size(), data.channels(), data.mean()));
        }

        @Override
        public PseudoPool.Config pool() {
            return new PseudoPool.Config(minConfidence, balance, perClass);
        }

        @Override
        public Trainer.Lead leads() {
            return Trainer.Lead.LABELLED;
        }

        @Override
        public int unlabelledBatch() {
            return Math.max(1, (int) Math.round(batch * unlabelledRatio));
        }

        @Override
        public double passes() {
            return 3 * (1 + unlabelledRatio);
        }
    }

    /** The whole set as if the teacher's answers were true; epochs count all pictures. */
    record PseudoLabel(
            String title,
            String teacher,
            BackboneSettings backbone,
            String initFrom,
            AugmentSettings augment,
            double threshold,
            double labelSmoothing,
            AverageSettings average,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Taught {
        public PseudoLabel {
            Check.below1("threshold", threshold);
            Check.below1("label_smoothing", labelSmoothing);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public Transform view(RunData data) {
            return new SimClrView(augment.config(data.size(), data.channels()));
        }

        @Override
        public PseudoPool.Config pool() {
            return new PseudoPool.Config(threshold, false, 0);
        }

        @Override
        public Trainer.Lead leads() {
            return Trainer.Lead.UNLABELLED;
        }
    }
}
