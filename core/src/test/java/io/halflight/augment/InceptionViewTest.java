package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InceptionViewTest {
    static List<InceptionView.Config> configs() {
        return List.of(
                new InceptionView.Config(32, 3, true),
                new InceptionView.Config(48, 3, false),
                new InceptionView.Config(28, 1, true),
                new InceptionView.Config(1, 3, 0.3, 1, true));
    }

    private static float[] view(InceptionView.Config config, Picture picture, long seed) {
        float[] out = new float[config.channels() * config.size() * config.size()];
        new InceptionView(config).apply(picture, new SplittableRandom(seed), out, 0);
        return out;
    }

    @ParameterizedTest
    @MethodSource("configs")
    void everyValueOfEveryViewIsFromZeroToOne(InceptionView.Config config) {
        InceptionView view = new InceptionView(config);
        int[][] shapes = {{3, 32, 32}, {1, 28, 28}, {3, 60, 91}, {3, 1, 1}, {3, 3, 70}, {1, 2, 5}};
        int length = config.channels() * config.size() * config.size();
        assertThat(view.channels() * view.height() * view.width()).isEqualTo(length);
        for (int i = 0; i < 300; i++) {
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
    void theSameSeedGivesTheSameViewOnEveryThread(InceptionView.Config config) throws Exception {
        InceptionView shared = new InceptionView(config);
        int length = config.channels() * config.size() * config.size();
        List<float[]> alone = new ArrayList<>();
        List<Callable<float[]>> tasks = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            Picture picture = Pictures.noise(i, 3, 20 + i % 60, 20 + i % 47);
            int index = i;
            alone.add(one(new InceptionView(config), picture, index, length));
            tasks.add(() -> one(shared, picture, index, length));
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<float[]>> together = threads.invokeAll(tasks);
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i).get()).as("picture %d", i).isEqualTo(alone.get(i));
            }
        } finally {
            threads.shutdownNow();
        }
        Picture picture = Pictures.noise(0, 3, 50, 50);
        assertThat(one(shared, picture, 1, length)).isNotEqualTo(one(shared, picture, 2, length));
    }

    private static float[] one(InceptionView view, Picture picture, int index, int length) {
        float[] out = new float[length];
        view.apply(picture, Seeds.random(7, "test/view", index), out, 0);
        return out;
    }

    @Test
    void withoutNoiseItIsTheSampledBoxMirroredHalfTheTime() {
        Picture picture = Pictures.noise(1, 3, 40, 33);
        int flips = 0;
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            CropBox box = CropSampler.TENSORFLOW.sample(random, 40, 33, 0.05, 1);
            boolean flip = random.nextDouble() < 0.5;
            flips += flip ? 1 : 0;
            float[] expected = new float[3 * 576];
            new Resizer(24, 3, Filter.BILINEAR).resize(picture, box, flip, expected, 0);
            assertThat(view(new InceptionView.Config(24, 3, false), picture, seed))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
        assertThat(flips).isBetween(160, 240);
    }

    @Test
    void theNoiseComesOnTopOfTheSameCropAndFlip() {
        Picture picture = Pictures.noise(2, 3, 40, 33);
        for (int channels : new int[] {1, 3}) {
            InceptionView.Config noisy = new InceptionView.Config(24, channels, true);
            InceptionView.Config plain = new InceptionView.Config(24, channels, false);
            for (int seed = 0; seed < 50; seed++) {
                float[] expected = view(plain, picture, seed);
                float[] actual = view(noisy, picture, seed);
                assertThat(actual).as("seed %d", seed).isNotEqualTo(expected);
                HsvNoise noise = new InceptionView(noisy)
                        .draw(new SplittableRandom(seed), 40, 33)
                        .noise();
                noise.apply(expected, 0, 576, channels);
                assertThat(actual).as("seed %d", seed).isEqualTo(expected);
            }
        }
    }

    /** On one channel the noise is one rising curve of the value: equal greys stay equal and keep their order. */
    @Test
    void greyStaysGrey() {
        byte[] ramp = new byte[256 * 2];
        for (int i = 0; i < 256; i++) {
            ramp[i] = ramp[256 + i] = (byte) i;
        }
        for (int seed = 0; seed < 40; seed++) {
            float[] flat = view(new InceptionView.Config(16, 1, true), Pictures.constant(90, 3, 20, 20), seed);
            float[] sorted = flat.clone();
            Arrays.sort(sorted);
            assertThat(sorted[255] - sorted[0]).as("seed %d", seed).isLessThan(1e-5f);

            float[] steps = view(new InceptionView.Config(16, 1, 0.05, 0, true), new Picture(1, 2, 256, ramp), seed);
            for (int x = 1; x < 16; x++) {
                assertThat(steps[x]).as("seed %d, column %d", seed, x).isGreaterThanOrEqualTo(steps[x - 1]);
            }
        }
    }

    @Test
    void cropsKeepTheLeastAreaAndFlipsTheirProbability() {
        long seed = 3;
        for (double areaMin : new double[] {0.05, 0.4, 1}) {
            for (double flip : new double[] {0, 0.2, 1}) {
                InceptionView view = new InceptionView(new InceptionView.Config(32, 3, areaMin, flip, true));
                SplittableRandom random = new SplittableRandom(seed);
                double least = 1;
                double most = 0;
                int flips = 0;
                for (int i = 0; i < 5000; i++) {
                    InceptionView.Draw draw = view.draw(random, 96, 96);
                    double area = draw.crop().height() * (double) draw.crop().width() / (96 * 96);
                    least = Math.min(least, area);
                    most = Math.max(most, area);
                    flips += draw.flip() ? 1 : 0;
                }
                assertThat(least).as("areaMin %s, seed %d", areaMin, seed).isBetween(areaMin, areaMin + 0.01);
                assertThat(most).as("areaMin %s, seed %d", areaMin, seed).isBetween(0.93, 1.0);
                assertThat(flips / 5000.0).as("flip %s, seed %d", flip, seed).isCloseTo(flip, within(0.025));
            }
        }
    }

    @Test
    void theDefaultsAreThePapers() {
        assertThat(new InceptionView.Config(224, 3, true)).isEqualTo(new InceptionView.Config(224, 3, 0.05, 0.5, true));
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InceptionView.Config(0, 3, true))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new InceptionView.Config(8, 2, true))
                .withMessageContaining("got 2");
        for (double areaMin : new double[] {0, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new InceptionView.Config(8, 3, areaMin, 0.5, true))
                    .withMessageContaining("areaMin");
        }
        for (double flip : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new InceptionView.Config(8, 3, 0.05, flip, true))
                    .withMessageContaining("flipProbability");
        }
    }
}
