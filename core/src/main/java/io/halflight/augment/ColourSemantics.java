package io.halflight.augment;

/** Whose definition of contrast, saturation and blur a view follows; hue and brightness are the same in both. */
public enum ColourSemantics {
    /**
     * Contrast blends with the mean of the grey picture, saturation with the grey picture; blur mirrors the picture at
     * its edges.
     */
    TORCHVISION,
    /**
     * Contrast keeps each channel's own mean, saturation multiplies S of HSV; blur sees zeros outside, so edges darken
     * a little. The code of SimCLR and BYOL.
     */
    TENSORFLOW;

    Padding blurPadding() {
        return this == TORCHVISION ? Padding.REFLECT : Padding.ZERO;
    }

    Filter filter() {
        return this == TORCHVISION ? Filter.BILINEAR : Filter.BICUBIC_SHARP;
    }
}
