package io.halflight.recipe;

import io.halflight.method.VirtualAdversary;
import io.halflight.train.OptimizerSettings;

/**
 * The methods of S4L (arXiv:1905.03670), which show both streams in the same kind of view; the record components are the
 * keys of the recipe.
 */
public sealed interface S4l extends SemiSupervised {
    /** Of the labelled and the unlabelled pictures. */
    InceptionSettings augment();

    /** Answers that do not change with the change that would change them most. */
    record Vat(
            String title,
            BackboneSettings backbone,
            String initFrom,
            InceptionSettings augment,
            double weight,
            double entropyWeight,
            double eps,
            double xi,
            VirtualAdversary.Direction kl,
            boolean labelled,
            AverageSettings average,
            boolean labelledInside,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements S4l {
        public Vat {
            Check.above0("weight", weight);
            Check.from0("entropy_weight", entropyWeight);
            Check.above0("eps", eps);
            Check.from0("xi", xi);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public double passes() {
            double changed = unlabelledRatio + (labelled ? 1 : 0);
            return 3 * (1 + unlabelledRatio) + (search(xi) + 3) * changed;
        }
    }

    /** Classes, and by how much each picture was turned. */
    record Rotation(
            String title,
            BackboneSettings backbone,
            String initFrom,
            InceptionSettings augment,
            double weight,
            AverageSettings average,
            boolean labelledInside,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements S4l {
        public Rotation {
            Check.above0("weight", weight);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public double passes() {
            return 4 * 3 * (1 + unlabelledRatio);
        }
    }

    /** Classes, and which copies show the same picture. */
    record Exemplar(
            String title,
            BackboneSettings backbone,
            String initFrom,
            InceptionSettings augment,
            int copies,
            int embedding,
            double weight,
            AverageSettings average,
            boolean labelledInside,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements S4l {
        public Exemplar {
            Check.atLeast("copies", copies, 2);
            Check.atLeast("embedding", embedding, 2);
            Check.above0("weight", weight);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public double passes() {
            return copies * 3 * (1 + unlabelledRatio);
        }
    }

    /** Rotation, virtual adversarial training and entropy at once. */
    record Moam(
            String title,
            BackboneSettings backbone,
            String initFrom,
            InceptionSettings augment,
            double classWeight,
            double adversarialWeight,
            double entropyWeight,
            double eps,
            double xi,
            VirtualAdversary.Direction kl,
            AverageSettings average,
            boolean labelledInside,
            double unlabelledRatio,
            int epochs,
            int batch,
            int picturesPerEpoch,
            OptimizerSettings optimizer,
            int evaluations)
            implements S4l {
        public Moam {
            Check.above0("class_weight", classWeight);
            Check.above0("adversarial_weight", adversarialWeight);
            Check.below1("class_weight + adversarial_weight", classWeight + adversarialWeight);
            Check.from0("entropy_weight", entropyWeight);
            Check.above0("eps", eps);
            Check.from0("xi", xi);
            Check.above0("unlabelled_ratio", unlabelledRatio);
            Check.training(epochs, batch, picturesPerEpoch, evaluations);
        }

        @Override
        public double passes() {
            return moamPasses(unlabelledRatio, xi);
        }

        io.halflight.method.Moam.Config config() {
            var adversary = new VirtualAdversary.Config(eps, xi, kl);
            return new io.halflight.method.Moam.Config(classWeight, adversarialWeight, entropyWeight, adversary);
        }
    }

    /** Passes of MOAM for a labelled picture. */
    static double moamPasses(double unlabelledRatio, double xi) {
        return 4 * (3 * (1 + unlabelledRatio) + (search(xi) + 3) * unlabelledRatio);
    }

    /** Passes that looking for the change costs: forth and back, and for the exact derivative twice more. */
    private static double search(double xi) {
        return xi == 0 ? 4 : 2;
    }
}
