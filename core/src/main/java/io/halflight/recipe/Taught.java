package io.halflight.recipe;

import io.halflight.augment.InceptionView;
import io.halflight.augment.SimClrView;
import io.halflight.augment.StrongView;
import io.halflight.data.Transform;
import io.halflight.method.Moam;
import io.halflight.method.NoisyStudent.Scale;
import io.halflight.method.NoisyStudent.Targets;
import io.halflight.method.VirtualAdversary;
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

    /** How the teacher is asked. */
    default Answers answers() {
        return Answers.WHOLE;
    }

    /** On which views of a picture a teacher's answer rests. */
    enum Answers {
        /** The whole picture, as in evaluation. */
        WHOLE,
        /** Five crops in four orientations each, the mean of the logits. */
        CROPS_TURNS
    }

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
            Answers answers,
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

    /** All losses of MOAM, with the teacher's answers as the labels of the whole set; epochs count all pictures. */
    record MoamRetrain(
            String title,
            String teacher,
            Answers answers,
            BackboneSettings backbone,
            String initFrom,
            InceptionSettings augment,
            double threshold,
            double classWeight,
            double adversarialWeight,
            double entropyWeight,
            double eps,
            double xi,
            VirtualAdversary.Direction kl,
            AverageSettings average,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Taught {
        public MoamRetrain {
            Check.below1("threshold", threshold);
            Check.above0("class_weight", classWeight);
            Check.above0("adversarial_weight", adversarialWeight);
            Check.below1("class_weight + adversarial_weight", classWeight + adversarialWeight);
            Check.from0("entropy_weight", entropyWeight);
            Check.above0("eps", eps);
            Check.from0("xi", xi);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        Moam.Config moam() {
            var adversary = new VirtualAdversary.Config(eps, xi, kl);
            return new Moam.Config(classWeight, adversarialWeight, entropyWeight, adversary);
        }

        @Override
        public Transform view(RunData data) {
            return new InceptionView(augment.config(data.size(), data.channels()));
        }

        @Override
        public PseudoPool.Config pool() {
            return new PseudoPool.Config(threshold, false, 0);
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
            return S4l.moamPasses(unlabelledRatio, xi);
        }
    }
}
