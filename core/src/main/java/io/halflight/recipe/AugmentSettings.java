package io.halflight.recipe;

import io.halflight.augment.Brightness;
import io.halflight.augment.ColourSemantics;
import io.halflight.augment.CropSampler;
import io.halflight.augment.SimClrView;

/**
 * The views of a stage as a recipe names them; size and channels come from the data.
 *
 * @param saturation half the range of saturation factors as a share of the strength
 * @param cutout side of a square of middle grey in every view, as a share of the view's side; 0 for none
 */
public record AugmentSettings(
        double cropMin,
        double flip,
        double strength,
        double jitter,
        double grey,
        double blur,
        double solarise,
        double saturation,
        CropSampler crop,
        ColourSemantics colour,
        Brightness brightness,
        double cutout) {
    public AugmentSettings {
        Check.above0("crop_min", cropMin);
        Check.share("crop_min", cropMin);
        Check.share("flip", flip);
        Check.share("jitter", jitter);
        Check.share("grey", grey);
        Check.share("blur", blur);
        Check.share("solarise", solarise);
        Check.share("cutout", cutout);
        if (!(saturation >= 0 && saturation <= 2)) {
            throw new IllegalArgumentException("saturation must be between 0 and 2, got " + saturation);
        }
        if (!(strength >= 0 && strength <= 2)) {
            throw new IllegalArgumentException("strength must be between 0 and 2, got " + strength);
        }
    }

    SimClrView.Config config(int size, int channels) {
        return new SimClrView.Config(
                size,
                channels,
                strength,
                cropMin,
                1.0,
                jitter,
                grey,
                flip,
                blur,
                crop,
                colour,
                brightness,
                solarise,
                saturation * strength,
                cutout);
    }
}
