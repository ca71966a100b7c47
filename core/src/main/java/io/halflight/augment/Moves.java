package io.halflight.augment;

import java.util.Arrays;

/**
 * Operations that move the pixels of a {@link Canvas}, each to the nearest whole pixel, with Pillow's arithmetic: pixel
 * centres at halves, coordinates with 16 bits of fraction. What comes from outside shows the fill.
 */
final class Moves {
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
        affine(c, 1, 0, 0, slope, 1, 0, fill);
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
        int shift = Math.max(-c.height, Math.min(c.height, whole(pixels))) * c.width;
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
        double angle = -Math.toRadians(degrees);
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        double centreX = c.width / 2.0;
        double centreY = c.height / 2.0;
        affine(
                c,
                cos,
                sin,
                centreX - cos * centreX - sin * centreY,
                -sin,
                cos,
                centreY + sin * centreX - cos * centreY,
                fill);
    }

    /** The point (x, y) shows what was at (xx * x + xy * y + x0, yx * x + yy * y + y0). */
    private static void affine(Canvas c, double xx, double xy, double x0, double yx, double yy, double y0, Fill fill) {
        int x = fixed(0.5 * xx + 0.5 * xy + x0);
        int y = fixed(0.5 * yx + 0.5 * yy + y0);
        for (int line = 0; line < c.height; line++) {
            sources(c, line * c.width, x, fixed(xx), y, fixed(yx));
            x += fixed(xy);
            y += fixed(yy);
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
}
