package io.halflight.augment;

import java.util.SplittableRandom;

/**
 * Colour noise in HSV (S4L, arXiv 1905.03670, code of the exemplar runs): the hue turns, saturation and value each pass
 * through a random power curve. All channels of the result are in [0, 1].
 *
 * <p>A grey pixel has the hue of red by convention, as in TensorFlow, so a saturation lifted from 0 tints it reddish.
 *
 * @param turn of a full circle, -0.1 to 0.1 as drawn; any value in [-0.5, 0.5] works
 * @param saturation applied to S = 1 - min / max, 0 for black
 * @param value applied to V = max
 */
record HsvNoise(float turn, Curve saturation, Curve value) {
    /** x -> scale * x^exponent + shift, clipped to [0, 1]. */
    record Curve(float exponent, float scale, float shift) {
        static final Curve IDENTITY = new Curve(1, 1, 0);

        /**
         * Powers by logarithm and exponential in base 2, each a table of 256 entries over the leading bits and a
         * parabola over the rest, within 5e-7 of the exact value. 1024 values took 11 us, Math.pow 36 us, and a
         * table of 512 points over the fourth root of x, made anew for every curve, 13 us (JDK 17).
         */
        private static final float[] INVERSE = new float[256];

        private static final float[] LOG2 = new float[256];
        private static final float[] POWER_OF_2 = new float[256];
        private static final float LN_2 = (float) Math.log(2);
        private static final float LOG2_E = (float) (1 / Math.log(2));

        static {
            for (int i = 0; i < 256; i++) {
                INVERSE[i] = (float) (1 / (1 + (i + 0.5) / 256));
                LOG2[i] = (float) (-Math.log(INVERSE[i]) / Math.log(2)); // of the rounded inverse, so errors cancel
                POWER_OF_2[i] = (float) Math.pow(2, i / 256.0);
            }
        }

        static Curve draw(SplittableRandom random) {
            double exponent = Math.pow(2, uniform(random, 2));
            double scale = Math.pow(2, uniform(random, 0.5));
            double shift = uniform(random, 0.1);
            return new Curve((float) exponent, (float) scale, (float) shift);
        }

        /** In place. */
        void apply(float[] x, int from, int length) {
            for (int i = from; i < from + length; i++) {
                x[i] = Math.max(0f, Math.min(1f, scale * power(x[i], exponent) + shift));
            }
        }

        /** x^e for x in [0, 1] and e from 1/4 to 4. */
        private static float power(float x, float e) {
            int bits = Float.floatToRawIntBits(Math.max(1e-30f, x)); // 0^(1/4) becomes 3e-8
            int leading = (bits >>> 15) & 255;
            float mantissa = Float.intBitsToFloat((bits & 0x7fffff) | 0x3f800000); // in [1, 2)
            float r = mantissa * INVERSE[leading] - 1f; // |r| <= 1 / 512
            float log2 = ((bits >>> 23) - 127) + (LOG2[leading] + r * (LOG2_E - r * (0.5f * LOG2_E)));
            float y = 256f * Math.max(-126f, e * log2);
            int whole = (int) y;
            float g = (y - whole) * (LN_2 / 256f); // |g| < ln 2 / 256
            float octave = Float.intBitsToFloat(((whole >> 8) + 127) << 23);
            return octave * POWER_OF_2[whole & 255] * (1f + g * (1f + 0.5f * g));
        }
    }

    /** Leaves colours as they are. */
    static final HsvNoise NONE = new HsvNoise(0, Curve.IDENTITY, Curve.IDENTITY);

    /**
     * Hue by U(-0.1, 0.1) of a circle; S and V to the power 2^U(-2, 2), times 2^U(-0.5, 0.5), plus U(-0.1, 0.1), each
     * with draws of its own.
     */
    static HsvNoise draw(SplittableRandom random) {
        return new HsvNoise((float) uniform(random, 0.1), Curve.draw(random), Curve.draw(random));
    }

    /**
     * In place, tile by tile. A view of one channel has neither hue nor saturation: its value is the channel itself.
     *
     * @param view [channels, plane] from {@code offset}, values in [0, 1]
     * @param channels 1 or 3
     */
    void apply(float[] view, int offset, int plane, int channels) {
        if (channels == 1) {
            value.apply(view, offset, plane);
            return;
        }
        Scratch s = Scratch.local();
        for (int at = 0; at < plane; at += Scratch.TILE) {
            int n = Math.min(Scratch.TILE, plane - at);
            int red = offset + at;
            System.arraycopy(view, red, s.red, 0, n);
            System.arraycopy(view, red + plane, s.green, 0, n);
            System.arraycopy(view, red + 2 * plane, s.blue, 0, n);
            tile(s, n);
            System.arraycopy(s.red, 0, view, red, n);
            System.arraycopy(s.green, 0, view, red + plane, n);
            System.arraycopy(s.blue, 0, view, red + 2 * plane, n);
        }
    }

    /** To HSV in the arrays angle, low and high, and back: short loops over separate arrays, see {@link Colour}. */
    private void tile(Scratch s, int n) {
        extremes(s.red, s.green, s.blue, s.high, s.low, n);
        angle(s.red, s.green, s.blue, s.high, s.low, 6 * turn, s.angle, n);
        overwriteBySaturation(s.high, s.low, n);
        saturation.apply(s.low, 0, n);
        value.apply(s.high, 0, n);
        channel(s.angle, s.low, s.high, 0, s.red, n);
        channel(s.angle, s.low, s.high, -2, s.green, n);
        channel(s.angle, s.low, s.high, 2, s.blue, n);
    }

    private static void extremes(float[] r, float[] g, float[] b, float[] high, float[] low, int n) {
        for (int i = 0; i < n; i++) {
            high[i] = Math.max(r[i], Math.max(g[i], b[i]));
        }
        for (int i = 0; i < n; i++) {
            low[i] = Math.min(r[i], Math.min(g[i], b[i]));
        }
    }

    /**
     * The turned hue in sixths of a circle, in [-6, 6]. Its distance from red is the same sum as in {@link Colour},
     * here divided by the chroma because the noise changes that; the + 1 puts cyan, where g = b, on the positive side.
     */
    private static void angle(
            float[] r, float[] g, float[] b, float[] high, float[] low, float sixths, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float side = Math.max(-1f, Math.min(1f, (g[i] - b[i]) * 1e30f + 1f));
            float distance = (high[i] - r[i]) + (g[i] - low[i]) + (b[i] - low[i]); // 0 to 3 times the chroma
            out[i] = side * (distance / Math.max(1e-30f, high[i] - low[i])) + sixths;
        }
    }

    /** S, 0 for black, in the place of {@code low}. */
    private static void overwriteBySaturation(float[] high, float[] low, int n) {
        for (int i = 0; i < n; i++) {
            low[i] = (high[i] - low[i]) / Math.max(1e-30f, high[i]);
        }
    }

    /**
     * One channel; {@code shift} carries its pure colour to 0. Within a sixth of a circle of it the channel is V,
     * beyond two sixths V (1 - S), in between a straight line. The distance from 0 of any u in [-9, 9] is
     * |3 - ||u| - 3||.
     */
    private static void channel(float[] angle, float[] saturation, float[] value, float shift, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float d = Math.abs(3f - Math.abs(Math.abs(angle[i] + shift) - 3f));
            out[i] = value[i] * (1f - saturation[i] * Math.max(0f, Math.min(1f, d - 1f)));
        }
    }

    private static double uniform(SplittableRandom random, double half) {
        return half * (2 * random.nextDouble() - 1);
    }
}
