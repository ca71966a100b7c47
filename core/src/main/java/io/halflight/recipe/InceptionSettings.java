package io.halflight.recipe;

import io.halflight.augment.InceptionView;

/** The views of a pretext task as a recipe names them; size and channels come from the data. */
public record InceptionSettings(double cropMin, double flip, boolean hsvNoise) {
    public InceptionSettings {
        Check.above0("crop_min", cropMin);
        Check.share("crop_min", cropMin);
        Check.share("flip", flip);
    }

    InceptionView.Config config(int size, int channels) {
        return new InceptionView.Config(size, channels, cropMin, flip, hsvNoise);
    }
}
