package io.halflight.recipe;

import io.halflight.augment.CropFlip;
import io.halflight.augment.PadCropFlip;
import io.halflight.augment.Padding;
import io.halflight.data.Transform;

/**
 * A mildly distorted view.
 *
 * @param flip probability of a mirrored view
 * @param shift farthest that the picture is moved, as a share of its side; what comes in is mirrored from its edge
 * @param cropMin smallest share of the picture that a crop shows; 1 for a shift instead of a crop
 */
public record WeakSettings(double flip, double shift, double cropMin) {
    public WeakSettings {
        Check.share("flip", flip);
        Check.below1("shift", shift);
        Check.above0("crop_min", cropMin);
        Check.share("crop_min", cropMin);
    }

    Transform view(int size, int channels) {
        return cropMin < 1
                ? new CropFlip(size, channels, cropMin, flip)
                : new PadCropFlip(size, channels, (int) Math.round(shift * size), Padding.REFLECT, flip);
    }
}
