package io.halflight.augment;

/**
 * All that chance decides about one view. Drawing comes first and painting after, so that the same draws can be painted
 * picture by picture by {@link SimClrView} or for a whole batch by {@link SimClrBatch}.
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
        CropBox hole) {

    // Places in a row of draws, behind the crop and the flip.
    static final int JITTER = BatchResizer.DRAWS;
    static final int ORDER = JITTER + 1;
    static final int BRIGHTNESS = JITTER + 2;
    static final int CONTRAST = JITTER + 3;
    static final int SATURATION = JITTER + 4;
    static final int HUE = JITTER + 5;
    static final int GREY = JITTER + 6;
    static final int SIGMA = JITTER + 7;
    static final int SOLARISE = JITTER + 8;
    static final int HOLE = JITTER + 9;
    static final int DRAWS = HOLE + 4;

    /** Writes everything as a row of {@link #DRAWS} numbers. */
    void write(float[] out, int offset) {
        BatchResizer.write(crop, flip, out, offset);
        out[offset + JITTER] = jitter ? 1 : 0;
        out[offset + ORDER] = order;
        out[offset + BRIGHTNESS] = brightness;
        out[offset + CONTRAST] = contrast;
        out[offset + SATURATION] = saturation;
        out[offset + HUE] = hue;
        out[offset + GREY] = grey ? 1 : 0;
        out[offset + SIGMA] = sigma;
        out[offset + SOLARISE] = solarise ? 1 : 0;
        hole.write(out, offset + HOLE);
    }
}
