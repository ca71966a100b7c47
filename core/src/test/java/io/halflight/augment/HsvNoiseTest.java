package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The planes of floats against the textbook conversion, pixel by pixel in double precision. */
class HsvNoiseTest {
    /** Above {@link Scratch#TILE} and no multiple of it: two full tiles and a remainder. */
    private static final int PLANE = 2500;

    @Test
    void withoutNoiseColoursStayAsTheyAre() {
        for (float[] view : new float[][] {colours(1), corners(), dark(2)}) {
            float[] out = view.clone();
            HsvNoise.NONE.apply(out, 0, view.length / 3, 3);
            assertClose("no noise", out, view, 1e-5);
        }
    }

    @Test
    void everyDrawEqualsTheTextbookFormulas() {
        for (long seed = 0; seed < 60; seed++) {
            HsvNoise noise = HsvNoise.draw(new SplittableRandom(seed));
            for (float[] view : new float[][] {colours(seed), corners()}) {
                float[] out = view.clone();
                noise.apply(out, 0, view.length / 3, 3);
                assertClose("seed " + seed + ", " + noise, out, textbook(view, noise), 2e-5);
            }
        }
    }

    @Test
    void eachOfTheThreePartsWorksAlone() {
        HsvNoise.Curve none = HsvNoise.Curve.IDENTITY;
        HsvNoise.Curve strong = new HsvNoise.Curve(0.5f, 1.2f, -0.05f);
        float[] turned = {0.8f, 0.2f, 0.2f}; // red turned by a tenth of a circle: 0.6 of the way to yellow
        new HsvNoise(0.1f, none, none).apply(turned, 0, 1, 3);
        assertThat(turned).containsExactly(new float[] {0.8f, 0.2f + 0.6f * 0.6f, 0.2f}, within(1e-6f));

        float[] saturated = {0.8f, 0.2f, 0.2f}; // S = 3/4 becomes 1.2 * sqrt(3/4) - 0.05 = 0.98923
        new HsvNoise(0, strong, none).apply(saturated, 0, 1, 3);
        assertThat(saturated).containsExactly(new float[] {0.8f, 0.0086156f, 0.0086156f}, within(1e-6f));

        float[] valued = {0.64f, 0.16f, 0.16f}; // V = 0.64 becomes 1.2 * 0.8 - 0.05 = 0.91, S stays 3/4
        new HsvNoise(0, none, strong).apply(valued, 0, 1, 3);
        assertThat(valued).containsExactly(new float[] {0.91f, 0.2275f, 0.2275f}, within(1e-6f));
    }

    @Test
    void theHueIsCyclic() {
        HsvNoise.Curve none = HsvNoise.Curve.IDENTITY;
        float[] view = colours(3);
        for (float turn : new float[] {0.1f, -0.1f, 0.25f, -0.5f}) {
            HsvNoise noise = new HsvNoise(turn, none, none);
            float[] out = view.clone();
            int times = Math.round(1 / Math.abs(turn));
            for (int i = 1; i <= times; i++) {
                noise.apply(out, 0, PLANE, 3);
                if (i == 1) {
                    assertThat(out).as("turn %s", turn).isNotEqualTo(view);
                }
            }
            assertClose("%d times %s".formatted(times, turn), out, view, 1e-4);
        }
        float[] there = view.clone();
        float[] back = view.clone();
        new HsvNoise(0.5f, none, none).apply(there, 0, PLANE, 3);
        new HsvNoise(-0.5f, none, none).apply(back, 0, PLANE, 3);
        assertClose("half a circle either way", there, back, 1e-5);
        float[] magenta = {1, 0, 0.4f}; // hue 0.9333, a tenth more passes red: 0.0333, a fifth of the way to yellow
        new HsvNoise(0.1f, none, none).apply(magenta, 0, 1, 3);
        assertThat(magenta).containsExactly(new float[] {1, 0.2f, 0}, within(1e-5f));
    }

    @Test
    void powersAreExactEnough() {
        for (float exponent : new float[] {0.25f, 0.3f, 0.5f, 1, 1.7f, 2, 3.999f, 4}) {
            float[] x = new float[20_002];
            for (int i = 0; i <= 20_000; i++) {
                x[i] = i / 20_000f;
            }
            x[20_001] = 1e-9f;
            float[] out = x.clone();
            new HsvNoise.Curve(exponent, 1, 0).apply(out, 0, out.length);
            for (int i = 0; i < x.length; i++) {
                assertThat((double) out[i])
                        .as("%s to the power %s", x[i], exponent)
                        .isCloseTo(Math.pow(x[i], exponent), within(5e-7));
            }
        }
    }

    @Test
    void drawsFillTheirRanges() {
        long seed = 5;
        SplittableRandom random = new SplittableRandom(seed);
        double[][] draws = new double[7][20_000];
        for (int i = 0; i < 20_000; i++) {
            HsvNoise noise = HsvNoise.draw(random);
            draws[0][i] = noise.turn();
            int row = 1;
            for (HsvNoise.Curve curve : new HsvNoise.Curve[] {noise.saturation(), noise.value()}) {
                draws[row++][i] = Math.log(curve.exponent()) / Math.log(2);
                draws[row++][i] = Math.log(curve.scale()) / Math.log(2);
                draws[row++][i] = curve.shift();
            }
        }
        double[] half = {0.1, 2, 0.5, 0.1, 2, 0.5, 0.1};
        for (int row = 0; row < 7; row++) {
            double[] drawn = draws[row];
            double[] sorted = drawn.clone();
            Arrays.sort(sorted);
            double slack = 0.004 * half[row];
            assertThat(sorted[0])
                    .as("least of %d, seed %d", row, seed)
                    .isBetween(-half[row] - 1e-6, -half[row] + slack);
            assertThat(sorted[19_999])
                    .as("most of %d, seed %d", row, seed)
                    .isBetween(half[row] - slack, half[row] + 1e-6);
            for (int quarter = 1; quarter < 4; quarter++) { // uniform
                assertThat(sorted[5_000 * quarter])
                        .as("quartile %d of %d, seed %d", quarter, row, seed)
                        .isCloseTo(half[row] * (quarter - 2) / 2.0, within(0.03 * half[row]));
            }
            for (int other = 0; other < row; other++) { // independent: correlations of 20 000 draws stay below 5 sigma
                double sum = 0;
                for (int i = 0; i < 20_000; i++) {
                    sum += drawn[i] * draws[other][i];
                }
                double correlation = 3 * sum / 20_000 / (half[row] * half[other]);
                assertThat(correlation)
                        .as("%d and %d, seed %d", row, other, seed)
                        .isCloseTo(0, within(0.035));
            }
        }
    }

    @Test
    void oneChannelKnowsTheValueOnly() {
        float[] grey = {9, 0, 0.25f, 0.64f, 1, 9};
        HsvNoise.Curve curve = new HsvNoise.Curve(0.5f, 1.2f, -0.05f);
        new HsvNoise(0.1f, new HsvNoise.Curve(4, 0.7f, 0.1f), curve).apply(grey, 1, 4, 1);
        assertThat(grey).containsExactly(new float[] {9, 0, 0.55f, 0.91f, 1, 9}, within(1e-6f));
    }

    private static void assertClose(String what, float[] actual, float[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        int plane = actual.length / 3;
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance && actual[i] >= 0 && actual[i] <= 1)) {
                throw new AssertionError("%s, channel %d, pixel %d: %s instead of %s"
                        .formatted(what, i / plane, i % plane, actual[i], expected[i]));
            }
        }
    }

    /** Random colours, every fourth with two equal channels and every fortieth grey, as 8-bit pictures often are. */
    private static float[] colours(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] view = new float[3 * PLANE];
        for (int i = 0; i < view.length; i++) {
            view[i] = random.nextInt(256) / 255f;
        }
        for (int i = 0; i < PLANE; i += 4) {
            view[i / 4 % 3 * PLANE + i] = view[(i / 4 + 1) % 3 * PLANE + i];
        }
        for (int i = 0; i < PLANE; i += 40) {
            view[PLANE + i] = view[2 * PLANE + i] = view[i];
        }
        return view;
    }

    /** The corners of the colour cube, the greys and the edges between sectors, where formulas by case go wrong. */
    private static float[] corners() {
        float[] levels = {0, 0.25f, 0.5f, 0.75f, 1};
        float[] view = new float[3 * 125];
        for (int i = 0; i < 125; i++) {
            view[i] = levels[i / 25];
            view[125 + i] = levels[i / 5 % 5];
            view[250 + i] = levels[i % 5];
        }
        return view;
    }

    private static float[] dark(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] view = new float[3 * 1024];
        for (int i = 0; i < view.length; i++) {
            view[i] = (float) Math.pow(random.nextDouble(), 20);
        }
        return view;
    }

    private static float[] textbook(float[] view, HsvNoise noise) {
        int plane = view.length / 3;
        float[] out = new float[view.length];
        for (int i = 0; i < plane; i++) {
            double[] hsv = hsv(view[i], view[plane + i], view[2 * plane + i]);
            double s = curve(noise.saturation(), hsv[1]);
            double v = curve(noise.value(), hsv[2]);
            for (int c = 0; c < 3; c++) {
                out[c * plane + i] = (float) rgb(hsv[0] + noise.turn(), s, v, c);
            }
        }
        return out;
    }

    private static double curve(HsvNoise.Curve curve, double x) {
        return Math.max(0, Math.min(1, curve.scale() * Math.pow(x, curve.exponent()) + curve.shift()));
    }

    /** Hue as a fraction of a turn, saturation, value: by cases, as in every textbook. */
    private static double[] hsv(double r, double g, double b) {
        double max = Math.max(r, Math.max(g, b));
        double chroma = max - Math.min(r, Math.min(g, b));
        double h = 0;
        if (chroma > 0) {
            h = max == r ? (g - b) / chroma : max == g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
        }
        return new double[] {h / 6, max > 0 ? chroma / max : 0, max};
    }

    private static double rgb(double h, double s, double v, int channel) {
        double turns = h - Math.floor(h);
        int sector = (int) (turns * 6) % 6;
        double f = turns * 6 - (int) (turns * 6);
        double p = v * (1 - s);
        double q = v * (1 - s * f);
        double t = v * (1 - s * (1 - f));
        double[][] table = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
        return table[sector][channel];
    }
}
