package io.halflight.augment;

import java.util.Arrays;

/**
 * Operations that move the pixels of a {@link Canvas}, each to the nearest whole pixel, with Pillow's arithmetic: pixel
 * centres at halves, coordinates with 16 bits of fraction. What comes from outside shows the fill.
 */
final class Moves {
    /** Numbers that say where a moved pixel comes from. */
    static final int STEPS = 6;

    private Moves() {}

    /** Pixel (x, y) shows what was at (x + slope * y, y), so a positive slope leans the picture to the left. */
    static void shearX(Canvas c, double slope, Fill fill) {
        int step = fixed(slope);
        int start = fixed(0.5 + 0.5 * slope);
        for (int k = 0; k < c.channels; k++) {
            byte level = (byte) fill.level(k);
            for (int y = 0; y < c.height; y++) {
                row(c.planes[k], c.spare[k], y * c.width, c.width, (start + y * step) >> 16, level);
            }
        }
        c.swap();
    }

    /** Pixel (x, y) shows what was at (x, y + slope * x). */
    static void shearY(Canvas c, double slope, Fill fill) {
        affine(1, 0, 0, slope, 1, 0, c.steps);
        affine(c, fill);
    }

    /** Pixel (x, y) shows what was at (x + pixels, y): positive numbers move the picture to the left. */
    static void translateX(Canvas c, double pixels, Fill fill) {
        int shift = whole(pixels);
        if (shift == 0) {
            return;
        }
        for (int k = 0; k < c.channels; k++) {
            byte level = (byte) fill.level(k);
            for (int y = 0; y < c.height; y++) {
                row(c.planes[k], c.spare[k], y * c.width, c.width, shift, level);
            }
        }
        c.swap();
    }

    /** Pixel (x, y) shows what was at (x, y + pixels): positive numbers move the picture up. */
    static void translateY(Canvas c, double pixels, Fill fill) {
        int shift = within(c.height, whole(pixels)) * c.width;
        if (shift == 0) {
            return;
        }
        for (int k = 0; k < c.channels; k++) { // the planes are single rows for this
            row(c.planes[k], c.spare[k], 0, c.plane, shift, (byte) fill.level(k));
        }
        c.swap();
    }

    /** Turns the picture counter-clockwise around its centre. */
    static void rotate(Canvas c, double degrees, Fill fill) {
        if (degrees == 0) {
            return;
        }
        rotation(degrees, c.height, c.width, c.steps);
        affine(c, fill);
    }

    private static void rotation(double degrees, int height, int width, int[] out) {
        double angle = -Math.toRadians(degrees);
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        double centreX = width / 2.0;
        double centreY = height / 2.0;
        affine(
                cos,
                sin,
                centreX - cos * centreX - sin * centreY,
                -sin,
                cos,
                centreY + sin * centreX - cos * centreY,
                out);
    }

    /**
     * Any of these operations as six numbers with 16 bits of fraction, for {@link BatchMoves}: pixel (x, y) shows what was
     * at (a + b * x + c * y, d + e * x + f * y), both rounded down.
     */
    static void steps(Op op, double amount, int height, int width, int[] out) {
        switch (op) {
            case ROTATE -> rotation(amount, height, width, out);
            case SHEAR_X -> affine(1, amount, 0, 0, 1, 0, out);
            case SHEAR_Y -> affine(1, 0, 0, amount, 1, 0, out);
            case TRANSLATE_X -> affine(1, 0, within(width, whole(amount)), 0, 1, 0, out);
            case TRANSLATE_Y -> affine(1, 0, 0, 0, 1, within(height, whole(amount)), out);
            default -> throw new IllegalArgumentException(op + " does not move pixels");
        }
    }

    /** The steps of: the point (x, y) shows what was at (xx * x + xy * y + x0, yx * x + yy * y + y0). */
    private static void affine(double xx, double xy, double x0, double yx, double yy, double y0, int[] out) {
        out[0] = fixed(0.5 * xx + 0.5 * xy + x0);
        out[1] = fixed(xx);
        out[2] = fixed(xy);
        out[3] = fixed(0.5 * yx + 0.5 * yy + y0);
        out[4] = fixed(yx);
        out[5] = fixed(yy);
    }

    private static void affine(Canvas c, Fill fill) {
        int[] steps = c.steps;
        int x = steps[0];
        int y = steps[3];
        for (int line = 0; line < c.height; line++) {
            sources(c, line * c.width, x, steps[1], y, steps[4]);
            x += steps[2];
            y += steps[5];
        }
        for (int k = 0; k < c.channels; k++) {
            c.planes[k][c.plane] = (byte) fill.level(k);
            gather(c.planes[k], c.sources, c.spare[k], c.plane);
        }
        c.swap();
    }

    private static void sources(Canvas c, int at, int x, int stepX, int y, int stepY) {
        int width = c.width;
        int height = c.height;
        int outside = c.plane;
        int[] sources = c.sources;
        for (int i = 0; i < width; i++) {
            int column = x >> 16;
            int line = y >> 16;
            boolean inside = column >= 0 && column < width && line >= 0 && line < height;
            sources[at + i] = inside ? line * width + column : outside;
            x += stepX;
            y += stepY;
        }
    }

    private static void gather(byte[] from, int[] sources, byte[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[sources[i]];
        }
    }

    /** A row of which pixel i shows pixel i + shift. */
    private static void row(byte[] from, byte[] to, int at, int n, int shift, byte fill) {
        if (shift >= n || shift <= -n) {
            Arrays.fill(to, at, at + n, fill);
        } else if (shift >= 0) {
            System.arraycopy(from, at + shift, to, at, n - shift);
            Arrays.fill(to, at + n - shift, at + n, fill);
        } else {
            System.arraycopy(from, at, to, at - shift, n + shift);
            Arrays.fill(to, at, at - shift, fill);
        }
    }

    private static int fixed(double x) {
        return (int) Math.floor(x * 65536 + 0.5);
    }

    private static int whole(double pixels) {
        return (int) Math.floor(pixels + 0.5);
    }

    private static int within(int limit, int pixels) {
        return Math.max(-limit, Math.min(limit, pixels));
    }
}
