package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import io.halflight.data.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SimClrViewTest {
    private static final int DRAWS = 20_000;

    private static SimClrView.Config grey(int size) {
        return new SimClrView.Config(
                size,
                1,
                0.5,
                0.08,
                1,
                0.8,
                0.2,
                0.5,
                0.5,
                CropSampler.TENSORFLOW,
                ColourSemantics.TENSORFLOW,
                Brightness.MULTIPLY);
    }

    static List<SimClrView.Config> configs() {
        return List.of(
                SimClrView.Config.cifar(32),
                SimClrView.Config.imagenet(48),
                SimClrView.Config.byolFirst(40),
                SimClrView.Config.byolSecond(40),
                grey(28));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void everyValueOfEveryViewIsFromZeroToOne(SimClrView.Config config) {
        SimClrView view = new SimClrView(config);
        int[][] shapes = {{3, 32, 32}, {1, 28, 28}, {3, 60, 91}, {3, 1, 1}, {3, 3, 70}, {1, 2, 5}};
        int length = config.channels() * config.size() * config.size();
        for (int i = 0; i < 600; i++) {
            int[] shape = shapes[i % shapes.length];
            float[] out = new float[length + 2];
            Arrays.fill(out, Float.NaN);
            view.apply(Pictures.noise(i, shape[0], shape[1], shape[2]), new SplittableRandom(i), out, 1);
            for (int k = 1; k <= length; k++) {
                if (!(out[k] >= 0 && out[k] <= 1)) {
                    throw new AssertionError("seed %d, index %d: %s".formatted(i, k, out[k]));
                }
            }
            assertThat(out[0]).isNaN();
            assertThat(out[length + 1]).isNaN();
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void manyThreadsMakeTheViewsOfOne(SimClrView.Config config) throws Exception {
        SimClrView shared = new SimClrView(config);
        int length = config.channels() * config.size() * config.size();
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            pictures.add(Pictures.noise(i, 3, 20 + i % 60, 20 + i % 47));
        }
        List<float[]> alone = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            alone.add(one(new SimClrView(config), pictures.get(i), i, length));
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<float[]>> tasks = new ArrayList<>();
            for (int i = 0; i < pictures.size(); i++) {
                int index = i;
                tasks.add(() -> one(shared, pictures.get(index), index, length));
            }
            List<Future<float[]>> together = threads.invokeAll(tasks);
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i).get()).as("picture %d", i).isEqualTo(alone.get(i));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(alone.get(0)).isNotEqualTo(alone.get(60));
    }

    private static float[] one(SimClrView view, Picture picture, int index, int length) {
        float[] out = new float[length];
        view.apply(picture, Seeds.random(7, "test/view", index), out, 0);
        return out;
    }

    @Test
    void everyChoiceComesAsOftenAsConfigured() {
        SimClrView first = new SimClrView(SimClrView.Config.imagenet(224));
        assertThat(frequency(first, ViewParameters::flip)).isCloseTo(0.5, within(0.012));
        assertThat(frequency(first, ViewParameters::jitter)).isCloseTo(0.8, within(0.012));
        assertThat(frequency(first, ViewParameters::grey)).isCloseTo(0.2, within(0.012));
        assertThat(frequency(first, p -> p.sigma() > 0)).isCloseTo(0.5, within(0.012));
        assertThat(frequency(first, ViewParameters::solarise)).isZero();
        assertThat(frequency(first, p -> p.grey() && p.jitter())).isCloseTo(0.16, within(0.012));
        for (int order = 0; order < 24; order++) {
            int wanted = order;
            assertThat(frequency(first, p -> p.jitter() && p.order() == wanted)).isCloseTo(0.8 / 24, within(0.006));
        }
        SimClrView second = new SimClrView(SimClrView.Config.byolSecond(224));
        assertThat(frequency(second, p -> p.sigma() > 0)).isCloseTo(0.1, within(0.012));
        assertThat(frequency(second, ViewParameters::solarise)).isCloseTo(0.2, within(0.012));
        assertThat(frequency(new SimClrView(SimClrView.Config.cifar(32)), p -> p.sigma() > 0))
                .isZero();
        assertThat(frequency(new SimClrView(SimClrView.Config.byolFirst(224)), p -> p.sigma() > 0))
                .isEqualTo(1);
    }

    private static double frequency(SimClrView view, Predicate<ViewParameters> chosen) {
        SplittableRandom random = new SplittableRandom(31);
        int count = 0;
        for (int i = 0; i < DRAWS; i++) {
            count += chosen.test(view.draw(random, 40, 50)) ? 1 : 0;
        }
        return count / (double) DRAWS;
    }

    @ParameterizedTest
    @CsvSource({
        "1.0, 0.2, 1.8, 0.2", // ImageNet
        "0.5, 0.6, 1.4, 0.1", // CIFAR-10
        "2.0, 0.0, 2.6, 0.4" // factors never fall below 0
    })
    void factorsFillTheRangesOfTheStrength(double strength, double least, double most, double hue) {
        SimClrView view = new SimClrView(new SimClrView.Config(
                32,
                3,
                strength,
                0.08,
                1,
                1,
                0,
                0.5,
                1,
                CropSampler.TORCHVISION,
                ColourSemantics.TORCHVISION,
                Brightness.MULTIPLY));
        assertRange(view, ViewParameters::brightness, least, most);
        assertRange(view, ViewParameters::contrast, least, most);
        assertRange(view, ViewParameters::saturation, least, most);
        assertRange(view, ViewParameters::hue, -hue, hue);
        assertRange(view, ViewParameters::sigma, 0.1, 2);
    }

    @Test
    void byolShiftsBrightnessAndHalvesTheRangeOfSaturation() {
        SimClrView.Config c = SimClrView.Config.byolFirst(224);
        SimClrView view = new SimClrView(new SimClrView.Config(
                224,
                3,
                c.strength(),
                c.cropMin(),
                c.cropMax(),
                1,
                0,
                0,
                1,
                c.crop(),
                c.colour(),
                c.brightness(),
                0,
                c.saturation(),
                0));
        assertRange(view, ViewParameters::brightness, -0.4, 0.4);
        assertRange(view, ViewParameters::contrast, 0.6, 1.4);
        assertRange(view, ViewParameters::saturation, 0.8, 1.2);
        assertRange(view, ViewParameters::hue, -0.1, 0.1);
    }

    private static void assertRange(
            SimClrView view, ToDoubleFunction<ViewParameters> value, double least, double most) {
        SplittableRandom random = new SplittableRandom(32);
        double lowest = 9;
        double highest = -9;
        double sum = 0;
        for (int i = 0; i < DRAWS; i++) {
            double v = value.applyAsDouble(view.draw(random, 40, 50));
            lowest = Math.min(lowest, v);
            highest = Math.max(highest, v);
            sum += v;
        }
        double slack = 0.002 * (most - least);
        assertThat(lowest).as("least, seed 32").isBetween(least - 1e-6, least + slack);
        assertThat(highest).as("most, seed 32").isBetween(most - slack, most + 1e-6);
        assertThat(sum / DRAWS).as("mean, seed 32").isCloseTo((least + most) / 2, within(0.01 * (most - least)));
    }

    @Test
    void theStepsFollowTheirPublishedOrder() {
        SimClrView view = new SimClrView(SimClrView.Config.byolSecond(40));
        Picture picture = Pictures.noise(9, 3, 50, 60);
        CropBox box = new CropBox(3, 4, 30, 25);
        ViewParameters p = new ViewParameters(
                box, true, true, 5, 0.2f, 1.3f, 0.9f, 0.05f, true, 1.2f, true, new CropBox(30, 2, 10, 5));
        float[] out = new float[3 * 1600];
        view.paint(picture, p, out, 0);

        float[] expected = new float[3 * 1600];
        new Resizer(40, 3, Filter.BICUBIC_SHARP).resize(picture, box, true, expected, 0);
        Colour.apply(p, ColourSemantics.TENSORFLOW, Brightness.ADD, expected, 0, 1600, 3);
        Blur.apply(expected, 0, 40, 3, 2, 1.2f, Padding.ZERO);
        Colour.solarise(expected, 0, expected.length);
        for (int i = 0; i < expected.length; i++) {
            int y = i / 40 % 40;
            int x = i % 40;
            expected[i] = y >= 30 && x >= 2 && x < 7 ? 128 / 255f : expected[i];
        }
        assertThat(out).isEqualTo(expected);
    }

    /** The square comes last and is drawn last: outside of it the view is the one without, bit by bit. */
    @Test
    void cutoutCoversAPartOfTheViewThatWasDrawnWithoutIt() {
        int size = 32;
        SimClrView plain = new SimClrView(withCutout(0));
        SimClrView cut = new SimClrView(withCutout(0.5));
        long covered = 0;
        for (int seed = 0; seed < 200; seed++) {
            Picture picture = Pictures.noise(seed, 3, 40, 50);
            float[] expected = one(plain, picture, seed, 3 * size * size);
            float[] actual = one(cut, picture, seed, 3 * size * size);
            CropBox hole = cut.draw(Seeds.random(7, "test/view", seed), 40, 50).hole();
            covered += (long) hole.height() * hole.width();
            for (int i = 0; i < actual.length; i++) {
                int y = i / size % size - hole.top();
                int x = i % size - hole.left();
                boolean inside = y >= 0 && y < hole.height() && x >= 0 && x < hole.width();
                if (actual[i] != (inside ? 128 / 255f : expected[i])) {
                    throw new AssertionError("seed %d, index %d: %s".formatted(seed, i, actual[i]));
                }
            }
        }
        // of 16 rows around a uniform centre 14 lie inside on average, as many columns
        assertThat(covered / 200.0).isCloseTo(14 * 14, within(15.0));
        assertThatThrownBy(() -> withCutout(1.1)).hasMessageContaining("cutout must be from 0.0 to 1.0, got 1.1");
    }

    private static SimClrView.Config withCutout(double share) {
        SimClrView.Config c = SimClrView.Config.cifar(32);
        return new SimClrView.Config(
                c.size(),
                c.channels(),
                c.strength(),
                c.cropMin(),
                c.cropMax(),
                c.jitterProbability(),
                c.greyProbability(),
                c.flipProbability(),
                c.blurProbability(),
                c.crop(),
                c.colour(),
                c.brightness(),
                c.solariseProbability(),
                c.saturation(),
                share);
    }

    @Test
    void theDefaultsAreThePapers() {
        SimClrView.Config imagenet = SimClrView.Config.imagenet(224);
        assertThat(imagenet)
                .isEqualTo(new SimClrView.Config(
                        224,
                        3,
                        1,
                        0.08,
                        1,
                        0.8,
                        0.2,
                        0.5,
                        0.5,
                        CropSampler.TORCHVISION,
                        ColourSemantics.TORCHVISION,
                        Brightness.MULTIPLY,
                        0,
                        0.8,
                        0));
        SimClrView.Config cifar = SimClrView.Config.cifar(32);
        assertThat(cifar.strength()).isEqualTo(0.5);
        assertThat(cifar.blurProbability()).isZero();
        assertThat(cifar.cropMin()).isEqualTo(0.08);
        SimClrView.Config second = SimClrView.Config.byolSecond(224);
        assertThat(second.solariseProbability()).isEqualTo(0.2);
        assertThat(second.blurProbability()).isEqualTo(0.1);
        assertThat(second.crop()).isEqualTo(CropSampler.BYOL);
        assertThat(SimClrView.Config.byolFirst(224).solariseProbability()).isZero();
    }

    @Test
    void refusesValuesWithoutMeaning() {
        assertThatThrownBy(() -> SimClrView.Config.cifar(0)).hasMessageContaining("got 0");
        assertThatThrownBy(() -> new CropFlip(32, 2, 0.08, 0.5)).hasMessageContaining("got 2");
        assertThatThrownBy(() -> new CropFlip(32, 3, 0, 0.5)).hasMessageContaining("cropMin");
        assertThatThrownBy(() -> new CropFlip(32, 3, 0.1, 1.5)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> new PadCropFlip(32, 3, 32, Padding.ZERO, 0.5)).hasMessageContaining("got 32");
        assertThatThrownBy(() -> new SimClrView.Config(
                        32,
                        3,
                        0.5,
                        0.9,
                        0.8,
                        0.8,
                        0.2,
                        0.5,
                        0,
                        CropSampler.BYOL,
                        ColourSemantics.TORCHVISION,
                        Brightness.ADD))
                .hasMessageContaining("cropMin must be from 0.0 to 0.8, got 0.9");
    }
}
