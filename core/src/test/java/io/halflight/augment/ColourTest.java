package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vectorised planes against the textbook formulas, pixel by pixel in double precision. */
class ColourTest {
    /** Above {@link Scratch#TILE} and no multiple of it: two full tiles and a remainder. */
    private static final int PLANE = 2500;

    @ParameterizedTest
    @EnumSource(ColourSemantics.class)
    void everyOrderEqualsTheTextbookFormulas(ColourSemantics semantics) {
        for (int plane : new int[] {PLANE, 900}) {
            for (int order = 0; order < 24; order++) {
                SplittableRandom random = new SplittableRandom(order);
                float[] view = colours(random, plane);
                ViewParameters p = parameters(
                        order,
                        semantics == ColourSemantics.TORCHVISION ? 0.4 + 1.2 * random.nextDouble() : -0.3,
                        0.4 + 1.2 * random.nextDouble(),
                        0.2 + 1.6 * random.nextDouble(),
                        0.4 * random.nextDouble() - 0.2,
                        order % 3 == 0);
                Brightness brightness = semantics == ColourSemantics.TORCHVISION ? Brightness.MULTIPLY : Brightness.ADD;
                double[][] expected = textbook(view, plane, p, semantics, brightness);
                Colour.apply(p, semantics, brightness, view, 0, plane, 3);
                for (int i = 0; i < view.length; i++) {
                    assertThat((double) view[i])
                            .as("order %d, channel %d, pixel %d", order, i / plane, i % plane)
                            .isCloseTo(expected[i / plane][i % plane], within(2e-5))
                            .isBetween(0.0, 1.0);
                }
            }
        }
    }

    /** The corners of the colour cube, the greys and the edges between sectors, where formulas by case go wrong. */
    @Test
    void hueTurnsEveryCornerAndEdgeOfTheColourCube() {
        float[] levels = {0, 0.25f, 0.5f, 0.75f, 1};
        for (double turn : new double[] {-0.5, -1 / 3.0, -0.2, -1 / 6.0, 0, 0.05, 1 / 6.0, 0.2, 1 / 3.0, 0.5}) {
            float[] view = new float[3 * 125];
            for (int i = 0; i < 125; i++) {
                view[i] = levels[i / 25];
                view[125 + i] = levels[i / 5 % 5];
                view[250 + i] = levels[i % 5];
            }
            ViewParameters p = parameters(0, 1, 1, 1, turn, false);
            double[][] expected = textbook(view, 125, p, ColourSemantics.TORCHVISION, Brightness.MULTIPLY);
            Colour.apply(p, ColourSemantics.TORCHVISION, Brightness.MULTIPLY, view, 0, 125, 3);
            for (int i = 0; i < view.length; i++) {
                assertThat((double) view[i])
                        .as("turn %s, channel %d, pixel %d", turn, i / 125, i % 125)
                        .isCloseTo(expected[i / 125][i % 125], within(1e-5));
            }
        }
    }

    @Test
    void cyanTurnsToRedByHalfACircle() {
        float[] view = {0, 1, 1};
        ViewParameters p = parameters(0, 1, 1, 1, 0.5, false);
        Colour.apply(p, ColourSemantics.TORCHVISION, Brightness.MULTIPLY, view, 0, 1, 3);
        assertThat(view).containsExactly(new float[] {1, 0, 0}, within(1e-6f));
    }

    @Test
    void aGreyViewTakesBrightnessAndContrastOnly() {
        int brightnessFirst = 0;
        while (Colour.ORDERS[brightnessFirst][0] != Colour.BRIGHTNESS) {
            brightnessFirst++;
        }
        float[] view = {0.2f, 0.4f, 0.6f};
        float[] other = view.clone();
        Colour.apply(
                parameters(brightnessFirst, 0.5, 2, 1.7, 0.2, true),
                ColourSemantics.TORCHVISION,
                Brightness.MULTIPLY,
                view,
                0,
                3,
                1);
        Colour.apply(
                parameters(brightnessFirst, 0.5, 2, 1, 0, false),
                ColourSemantics.TORCHVISION,
                Brightness.MULTIPLY,
                other,
                0,
                3,
                1);
        assertThat(view).isEqualTo(other);
        // brightness first: 0.1 0.2 0.3 of mean 0.2, then twice the distance from it
        assertThat(view).containsExactly(new float[] {0, 0.2f, 0.4f}, within(1e-6f));
    }

    @Test
    void solariseInvertsTheUpperHalf() {
        float[] view = {9, 0, 0.25f, 0.5f, 0.75f, 1, 9};
        Colour.solarise(view, 1, 5);
        assertThat(view).containsExactly(9, 0, 0.25f, 0.5f, 0.25f, 0, 9);
    }

    @Test
    void theOrdersAreAllPermutations() {
        assertThat(Arrays.stream(Colour.ORDERS).map(Arrays::toString).distinct())
                .hasSize(24);
        for (int[] order : Colour.ORDERS) {
            assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3);
        }
    }

    private static ViewParameters parameters(int order, double b, double c, double s, double h, boolean grey) {
        CropBox box = new CropBox(0, 0, 1, 1);
        return new ViewParameters(
                box, false, true, order, (float) b, (float) c, (float) s, (float) h, grey, 0, false, CropBox.NONE);
    }

    /** Random colours, every fourth with two equal channels as 8-bit pictures often have. */
    private static float[] colours(SplittableRandom random, int plane) {
        float[] view = new float[3 * plane];
        for (int i = 0; i < view.length; i++) {
            view[i] = random.nextInt(256) / 255f;
        }
        for (int i = 0; i < plane; i += 4) {
            view[i / 4 % 3 * plane + i] = view[(i / 4 + 1) % 3 * plane + i];
        }
        return view;
    }

    private static double[][] textbook(
            float[] view, int plane, ViewParameters p, ColourSemantics semantics, Brightness brightness) {
        double[][] x = new double[3][plane];
        for (int i = 0; i < view.length; i++) {
            x[i / plane][i % plane] = view[i];
        }
        boolean torchvision = semantics == ColourSemantics.TORCHVISION;
        for (int operation : Colour.ORDERS[p.order()]) {
            double[] mean = new double[3];
            for (int i = 0; i < plane; i++) {
                for (int c = 0; c < 3; c++) {
                    mean[c] += (torchvision ? luma(x, i) : x[c][i]) / plane;
                }
            }
            for (int i = 0; i < plane; i++) {
                double luma = luma(x, i);
                double[] hsv = hsv(x[0][i], x[1][i], x[2][i]);
                for (int c = 0; c < 3; c++) {
                    double v = x[c][i];
                    x[c][i] = clip(
                            switch (operation) {
                                case Colour.BRIGHTNESS ->
                                    brightness == Brightness.MULTIPLY ? v * p.brightness() : v + p.brightness();
                                case Colour.CONTRAST -> mean[c] + p.contrast() * (v - mean[c]);
                                case Colour.SATURATION ->
                                    torchvision
                                            ? luma + p.saturation() * (v - luma)
                                            : rgb(hsv[0], clip(hsv[1] * p.saturation()), hsv[2], c);
                                default -> rgb(hsv[0] + p.hue() + 1, hsv[1], hsv[2], c);
                            });
                }
            }
        }
        for (int i = 0; i < plane && p.grey(); i++) {
            double luma = luma(x, i);
            x[0][i] = x[1][i] = x[2][i] = luma;
        }
        return x;
    }

    private static double luma(double[][] x, int i) {
        return 0.2989 * x[0][i] + 0.587 * x[1][i] + 0.114 * x[2][i];
    }

    private static double clip(double x) {
        return Math.max(0, Math.min(1, x));
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
