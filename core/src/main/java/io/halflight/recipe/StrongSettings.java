package io.halflight.recipe;

import io.halflight.augment.ContrastMean;
import io.halflight.augment.Fill;
import io.halflight.augment.RandAugment;
import io.halflight.augment.RandAugmentFlavour;
import io.halflight.augment.StrongView;

/**
 * The strongly augmented views of a stage as a recipe names them; size and channels come from the data.
 *
 * @param flavour whose operations, magnitudes and order of steps
 * @param ops operations drawn for each view
 * @param magnitude in the flavour's own scale, see {@link RandAugment.Config}
 * @param probability that a drawn operation is done
 * @param contrast the grey that the operation Contrast blends with
 * @param cutout side of the square that is covered in every view, as a share of the view's side; 0 for none
 * @param flip probability of a mirrored view
 * @param shift farthest shift each way as a share of the side, below 1; not used with {@code cropMin} below 1
 * @param cropMin smallest share of the picture that a crop shows; 1 for no crop
 */
public record StrongSettings(
        RandAugmentFlavour flavour,
        int ops,
        int magnitude,
        double probability,
        ContrastMean contrast,
        double cutout,
        double flip,
        double shift,
        double cropMin) {
    public StrongSettings {
        Check.atLeast("ops", ops, 0);
        Check.share("probability", probability);
        Check.share("cutout", cutout);
        Check.share("flip", flip);
        Check.below1("shift", shift);
        Check.above0("crop_min", cropMin);
        Check.share("crop_min", cropMin);
        Check.between("magnitude", magnitude, flavour.least(), flavour.most());
    }

    /**
     * The views as drawn from the flavour's steps.
     *
     * @param mean of the pictures, which UDA and FixMatch show in holes and outside of moved pictures; Noisy Student shows
     *     middle grey there, torchvision black
     */
    StrongView.Config config(int size, int channels, Fill mean) {
        boolean centred = flavour == RandAugmentFlavour.UDA || flavour == RandAugmentFlavour.FIXMATCH;
        Fill fill = centred ? mean : RandAugment.Config.of(flavour).fill();
        RandAugment.Config augment = new RandAugment.Config(flavour, ops, magnitude, probability, contrast, fill);
        return new StrongView.Config(size, channels, augment, cutout, flip, shift, cropMin);
    }
}
