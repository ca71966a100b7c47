package io.halflight.augment;

/**
 * All that chance decides about one view. Drawing comes first and painting after, so that the same draws can be painted
 * picture by picture by {@link SimClrView} or for a whole batch on an accelerator.
 *
 * @param order index into {@link Colour#ORDERS}, used if {@code jitter}
 * @param brightness factor, or shift with {@link Brightness#ADD}
 * @param contrast factor
 * @param saturation factor
 * @param hue of a full turn, -0.5 to 0.5
 * @param sigma of the Gaussian blur in pixels of the view; 0 for none
 * @param hole what {@link Cutout} covers in the view, {@link CropBox#NONE} for nothing
 */
record ViewParameters(
        CropBox crop,
        boolean flip,
        boolean jitter,
        int order,
        float brightness,
        float contrast,
        float saturation,
        float hue,
        boolean grey,
        float sigma,
        boolean solarise,
        CropBox hole) {}
