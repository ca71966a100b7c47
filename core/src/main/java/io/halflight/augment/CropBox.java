package io.halflight.augment;

/** A part of a picture in whole pixels. */
record CropBox(int top, int left, int height, int width) {
    /** No pixel at all. */
    static final CropBox NONE = new CropBox(0, 0, 0, 0);

    /** The largest square around the centre, its side multiplied by {@code keep}. */
    static CropBox centreSquare(int height, int width, double keep) {
        int side = Math.max(1, (int) Math.rint(keep * Math.min(height, width)));
        return new CropBox((height - side) / 2, (width - side) / 2, side, side);
    }

    /** As four numbers: top, left, height, width. */
    void write(float[] out, int offset) {
        out[offset] = top;
        out[offset + 1] = left;
        out[offset + 2] = height;
        out[offset + 3] = width;
    }
}
