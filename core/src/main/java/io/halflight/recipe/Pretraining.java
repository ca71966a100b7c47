package io.halflight.recipe;

import io.halflight.train.OptimizerSettings;
import io.halflight.train.Trainer;
import org.jspecify.annotations.Nullable;

/** A stage that learns an encoder without labels; the record components are the keys of the recipe. */
public sealed interface Pretraining extends StageSettings {
    /** Updates of a weight cost as much as two passes through it: one view that is learnt from counts three. */
    double LEARNT = 3;

    BackboneSettings backbone();

    @Override
    default BackboneSettings backboneOrNull() {
        return backbone();
    }

    @Override
    default Trainer.Lead leads() {
        return Trainer.Lead.UNLABELLED;
    }

    /** The projection head whose first layers fine-tuning may keep; null where there is none. */
    @Nullable
    HeadSettings head();

    /** Contrastive pretraining, with or without a memory of further negatives. */
    record SimClr(
            String title,
            BackboneSettings backbone,
            HeadSettings head,
            double temperature,
            AugmentSettings augment,
            boolean jointForward,
            int statisticsGroups,
            int chunk,
            boolean sumViews,
            int memory,
            double memoryDecay,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Pretraining {
        public SimClr {
            Check.above0("temperature", temperature);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
            Check.atLeast("statistics_groups", statisticsGroups, 1);
            Check.atLeast("chunk", chunk, 0);
            Check.atLeast("memory", memory, 0);
            Check.share("memory_decay", memoryDecay);
            if (memory > 0 && (chunk > 0 || statisticsGroups > 1 || !jointForward || sumViews)) {
                throw new IllegalArgumentException("memory goes with neither chunk nor statistics_groups, sum_views or"
                        + " separate passes; leave those at their defaults");
            }
        }

        @Override
        public double passes() {
            boolean again = memory > 0 || (chunk > 0 && chunk < batch);
            return 2 * (again ? LEARNT + 1 : LEARNT);
        }
    }

    /** Queries and a queue of keys. */
    record MoCo(
            String title,
            BackboneSettings backbone,
            HeadSettings head,
            double temperature,
            AugmentSettings augment,
            int queue,
            double momentum,
            boolean symmetric,
            int statisticsGroups,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Pretraining {
        public MoCo {
            Check.above0("temperature", temperature);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
            Check.atLeast("queue", queue, 1);
            Check.share("momentum", momentum);
            Check.atLeast("statistics_groups", statisticsGroups, 1);
        }

        @Override
        public double passes() {
            return (symmetric ? 2 : 1) * (LEARNT + 1);
        }
    }

    /** Prediction of an averaged network. */
    record Byol(
            String title,
            BackboneSettings backbone,
            HeadSettings head,
            HeadSettings predictor,
            double tauBase,
            boolean tauCosine,
            AugmentSettings augment,
            AugmentSettings augmentSecond,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Pretraining {
        public Byol {
            Check.share("tau_base", tauBase);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
            if (predictor.layers() > 0 && predictor.out() != head.out()) {
                throw new IllegalArgumentException("predictor.out must be head.out, " + head.out() + ", got "
                        + predictor.out() + ": it predicts projections");
            }
        }

        @Override
        public double passes() {
            return 2 * (LEARNT + 1);
        }
    }

    /** By how much has a picture been turned? */
    record Rotation(
            String title,
            BackboneSettings backbone,
            InceptionSettings augment,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Pretraining {
        public Rotation {
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public @Nullable HeadSettings head() {
            return null;
        }

        @Override
        public double passes() {
            return 4 * LEARNT;
        }
    }

    /** Which copies show the same picture? */
    record Exemplar(
            String title,
            BackboneSettings backbone,
            InceptionSettings augment,
            int copies,
            int embedding,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements Pretraining {
        public Exemplar {
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
            Check.atLeast("copies", copies, 2);
            Check.atLeast("embedding", embedding, 2);
        }

        @Override
        public @Nullable HeadSettings head() {
            return null;
        }

        @Override
        public double passes() {
            return copies * LEARNT;
        }
    }
}
