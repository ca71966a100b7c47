package io.halflight.augment;

/**
 * The operations that the flavours of {@link RandAugment} draw from. Each is steered by one amount; at its neutral amount
 * it changes nothing.
 */
enum Op {
    IDENTITY(Kind.FIXED, Double.NaN),
    AUTO_CONTRAST(Kind.FIXED, Double.NaN),
    EQUALIZE(Kind.FIXED, Double.NaN),
    INVERT(Kind.FIXED, Double.NaN),

    /** Degrees, counter-clockwise. */
    ROTATE(Kind.MOVE, 0),
    /** Pixels for each pixel down. */
    SHEAR_X(Kind.MOVE, 0),
    /** Pixels for each pixel to the right. */
    SHEAR_Y(Kind.MOVE, 0),
    /** Pixels to the left. */
    TRANSLATE_X(Kind.MOVE, 0),
    /** Pixels up. */
    TRANSLATE_Y(Kind.MOVE, 0),

    /** Bits kept, 0 to 8. */
    POSTERIZE(Kind.LEVELS, 8),
    /** Least level that is inverted. */
    SOLARIZE(Kind.LEVELS, 256),
    /** What is added to levels below 128. */
    SOLARIZE_ADD(Kind.LEVELS, 0),

    /** Factors: 0 is grey, black or smooth, 1 the picture. */
    COLOR(Kind.BLEND, 1),
    CONTRAST(Kind.BLEND, 1),
    BRIGHTNESS(Kind.BLEND, 1),
    SHARPNESS(Kind.BLEND, 1),

    /** Side of the square in pixels. */
    CUTOUT(Kind.COVER, 0);

    /** What an operation does; flavours give signs by kind. */
    enum Kind {
        /** Without an amount. */
        FIXED,
        /** Moves pixels. */
        MOVE,
        /** Changes levels one by one. */
        LEVELS,
        /** Blends with a poorer picture, or away from it. */
        BLEND,
        /** Covers pixels. */
        COVER
    }

    final Kind kind;

    /** The amount at which nothing changes, NaN if there is no amount. */
    final double neutral;

    Op(Kind kind, double neutral) {
        this.kind = kind;
        this.neutral = neutral;
    }

    /** @param hole what CUTOUT covers, drawn for the amount; not used by the others */
    void apply(Canvas canvas, double amount, CropBox hole, ContrastMean contrast, Fill fill) {
        switch (this) {
            case IDENTITY -> {}
            case AUTO_CONTRAST -> Tones.autoContrast(canvas);
            case EQUALIZE -> Tones.equalize(canvas);
            case INVERT -> Tones.invert(canvas);
            case ROTATE -> Moves.rotate(canvas, amount, fill);
            case SHEAR_X -> Moves.shearX(canvas, amount, fill);
            case SHEAR_Y -> Moves.shearY(canvas, amount, fill);
            case TRANSLATE_X -> Moves.translateX(canvas, amount, fill);
            case TRANSLATE_Y -> Moves.translateY(canvas, amount, fill);
            case POSTERIZE -> Tones.posterize(canvas, (int) amount);
            case SOLARIZE -> Tones.solarize(canvas, amount);
            case SOLARIZE_ADD -> Tones.solarizeAdd(canvas, (int) amount);
            case COLOR -> Tones.color(canvas, (float) amount);
            case CONTRAST -> Tones.contrast(canvas, (float) amount, contrast.of(canvas));
            case BRIGHTNESS -> Tones.brightness(canvas, (float) amount);
            case SHARPNESS -> Tones.sharpness(canvas, (float) amount);
            case CUTOUT -> canvas.cover(hole, fill);
        }
    }
}
