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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StrongViewTest {
    static List<StrongView.Config> configs() {
        RandAugment.Config torchvision = RandAugment.Config.of(RandAugmentFlavour.TORCHVISION);
        return List.of(
                StrongView.Config.uda(32, 3),
                StrongView.Config.fixMatch(28, 1).withFill(Fill.grey(73)),
                StrongView.Config.noisyStudentSmall(32, 3, 5),
                StrongView.Config.noisyStudent(72, 3),
                StrongView.Config.noisyStudent(8, 1),
                new StrongView.Config(33, 3, torchvision, 0.25, 0.5, 0.2, 1),
                StrongView.Config.fixMatch(1, 3));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void everyPictureMakesAViewFromZeroToOne(StrongView.Config config) {
        StrongView view = new StrongView(config);
        int[][] shapes = {{3, 32, 32}, {1, 28, 28}, {3, 1, 1}, {1, 1, 9}, {3, 8, 8}, {3, 33, 17}, {3, 90, 120}};
        int length = config.channels() * config.size() * config.size();
        assertThat(view.channels() * view.height() * view.width()).isEqualTo(length);
        for (int i = 0; i < 400; i++) {
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

    /** Each flavour's steps one by one from the same chance, in the order its reference states. */
    @ParameterizedTest
    @EnumSource(RandAugmentFlavour.class)
    void theOrderIsTheReferences(RandAugmentFlavour flavour) {
        Fill fill = new Fill(10, 20, 30);
        RandAugment.Config augment = RandAugment.Config.of(flavour).withFill(fill);
        StrongView view = new StrongView(new StrongView.Config(32, 3, augment, 0.5, 0.5, 0.125, 1));
        PadCropFlip weak = new PadCropFlip(32, 3, 4, Padding.REFLECT, 0.5);
        boolean shiftFirst = flavour == RandAugmentFlavour.FIXMATCH || flavour == RandAugmentFlavour.TORCHVISION;
        for (int seed = 0; seed < 60; seed++) {
            Picture picture = Pictures.noise(seed, 3, 32, 32);
            float[] expected = new float[3 * 1024];
            SplittableRandom random = new SplittableRandom(seed);
            if (shiftFirst) {
                weak.apply(picture, random, expected, 0);
                expected = distorted(bytes(expected), augment, random, fill);
            } else {
                float[] distorted = distorted(picture, augment, random, fill);
                weak.apply(bytes(distorted), random, expected, 0);
            }
            assertThat(one(view, picture, seed)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    private static float[] distorted(Picture picture, RandAugment.Config augment, SplittableRandom random, Fill fill) {
        Canvas canvas = new Canvas();
        canvas.load(picture);
        RandAugment operations = new RandAugment(augment);
        RandAugment.Plan plan = new RandAugment.Plan();
        operations.draw(random, canvas.height, canvas.width, plan);
        operations.paint(canvas, plan);
        float[] out = new float[3 * 1024];
        canvas.store(out, 0);
        Cutout.paint(Cutout.draw(random, 32, 32, 16), out, 0, 32, 32, 3, fill);
        return out;
    }

    private static Picture bytes(float[] view) {
        byte[] pixels = new byte[view.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.round(255 * view[i]);
        }
        return new Picture(3, 32, 32, pixels);
    }

    @Test
    void photographsAreCroppedAndFlippedBeforeTheyAreDistorted() {
        for (RandAugmentFlavour flavour : RandAugmentFlavour.values()) {
            RandAugment.Config augment = RandAugment.Config.of(flavour);
            StrongView view = new StrongView(new StrongView.Config(32, 3, augment, 0.5, 0.5, 0.125, 0.08));
            boolean torch = flavour == RandAugmentFlavour.FIXMATCH || flavour == RandAugmentFlavour.TORCHVISION;
            CropSampler sampler = torch ? CropSampler.TORCHVISION : CropSampler.TENSORFLOW;
            for (int seed = 0; seed < 30; seed++) {
                Picture picture = Pictures.noise(seed, 3, 120, 90);
                SplittableRandom random = new SplittableRandom(seed);
                CropBox box = sampler.sample(random, 120, 90, 0.08, 1);
                float[] crop = new float[3 * 1024];
                new Resizer(32, 3, Filter.BILINEAR).resize(picture, box, random.nextDouble() < 0.5, crop, 0);
                assertThat(one(view, picture, seed))
                        .as("%s, seed %d", flavour, seed)
                        .isEqualTo(distorted(bytes(crop), augment, random, augment.fill()));
            }
        }
    }

    /** Without anything to do, the view is what {@link CentreView} shows, in whole levels. */
    @ParameterizedTest
    @EnumSource(RandAugmentFlavour.class)
    void withoutOperationsTheViewIsThePicture(RandAugmentFlavour flavour) {
        RandAugment.Config none =
                new RandAugment.Config(flavour, 0, flavour.most(), 1, ContrastMean.PAPER, Fill.MIDDLE_GREY);
        StrongView view = new StrongView(new StrongView.Config(24, 3, none, 0, 0, 0, 1));
        Picture same = Pictures.noise(1, 3, 24, 24);
        assertThat(one(view, same, 5)).isEqualTo(Pictures.floats(same));
        Picture other = Pictures.noise(2, 1, 50, 31);
        float[] expected = new float[3 * 576];
        new CentreView(24, 3).show(other, expected, 0);
        float[] actual = one(view, other, 5);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isEqualTo(Math.round(255 * expected[i]) / 255f);
        }
        Picture grey = Pictures.noise(3, 3, 24, 24);
        float[] luma = one(new StrongView(new StrongView.Config(24, 1, none, 0, 0, 0, 1)), grey, 5);
        assertThat((double) luma[0])
                .isCloseTo(
                        0.2989 * Pictures.floats(grey)[0]
                                + 0.587 * Pictures.floats(grey)[576]
                                + 0.114 * Pictures.floats(grey)[1152],
                        within(0.5 / 255 + 1e-6));
    }

    /** The share of the side is rounded down: 3 pixels of 28, so each of 7 places one time in seven. */
    @Test
    void shiftsReachAnEighthOfTheSideAndFlipsTheirShare() {
        RandAugment.Config none =
                new RandAugment.Config(RandAugmentFlavour.FIXMATCH, 0, 9, 1, ContrastMean.PAPER, Fill.MIDDLE_GREY);
        byte[] pixels = new byte[28 * 28];
        pixels[14 * 28 + 10] = (byte) 255;
        Picture point = new Picture(1, 28, 28, pixels);
        StrongView view = new StrongView(new StrongView.Config(28, 1, none, 0, 0.25, 0.125, 1));
        int[] rows = new int[28];
        int flipped = 0;
        for (int seed = 0; seed < 7000; seed++) {
            float[] out = one(view, point, seed);
            int at = 0;
            while (out[at] == 0) {
                at++;
            }
            rows[at / 28]++;
            assertThat(at % 28).isBetween(7, 20);
            flipped += at % 28 > 13 ? 1 : 0; // unflipped 7 to 13, flipped 14 to 20
        }
        for (int y = 0; y < 28; y++) {
            double expected = y >= 11 && y <= 17 ? 1000 : 0;
            assertThat((double) rows[y]).as("row %d", y).isCloseTo(expected, within(0.15 * expected));
        }
        assertThat(flipped / 7000.0).isCloseTo(0.25, within(0.03));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void manyThreadsMakeTheViewsOfOne(StrongView.Config config) throws Exception {
        StrongView shared = new StrongView(config);
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            pictures.add(i % 3 == 0 ? Pictures.noise(i, 3, 32, 32) : Pictures.noise(i, 3, 20 + i % 60, 20 + i % 47));
        }
        List<float[]> alone = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            alone.add(seeded(new StrongView(config), pictures.get(i), i));
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<float[]>> tasks = new ArrayList<>();
            for (int i = 0; i < pictures.size(); i++) {
                int index = i;
                tasks.add(() -> seeded(shared, pictures.get(index), index));
            }
            List<Future<float[]>> together = threads.invokeAll(tasks);
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i).get()).as("picture %d", i).isEqualTo(alone.get(i));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(alone.stream().map(Arrays::hashCode).distinct().count()).isGreaterThan(100);
    }

    @Test
    void theDefaultsAreThePapers() {
        StrongView.Config uda = StrongView.Config.uda(32, 3);
        assertThat(uda)
                .isEqualTo(new StrongView.Config(
                        32, 3, RandAugment.Config.of(RandAugmentFlavour.UDA), 0.5, 0.5, 0.125, 1));
        assertThat(StrongView.Config.fixMatch(32, 3))
                .isEqualTo(new StrongView.Config(
                        32, 3, RandAugment.Config.of(RandAugmentFlavour.FIXMATCH), 0.5, 0.5, 0.125, 1));
        StrongView.Config photographs = StrongView.Config.noisyStudent(224, 3);
        assertThat(photographs.augment().magnitude()).isEqualTo(27);
        assertThat(photographs.cropMin()).isEqualTo(0.08);
        assertThat(photographs.cutout()).isZero();
        assertThat(StrongView.Config.noisyStudentSmall(32, 3, 5).augment().magnitude())
                .isEqualTo(5);
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        RandAugment.Config augment = RandAugment.Config.of(RandAugmentFlavour.UDA);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrongView.Config.uda(0, 3))
                .withMessageContaining("got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrongView.Config.uda(8, 2))
                .withMessageContaining("got 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StrongView.Config(8, 3, augment, 1.1, 0.5, 0.1, 1))
                .withMessageContaining("cutout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StrongView.Config(8, 3, augment, 0, -1, 0.1, 1))
                .withMessageContaining("flip");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StrongView.Config(8, 3, augment, 0, 0.5, 1, 1))
                .withMessageContaining("shift");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StrongView.Config(8, 3, augment, 0, 0.5, 0.1, 0))
                .withMessageContaining("cropMin");
    }

    private static float[] one(StrongView view, Picture picture, long seed) {
        float[] out = new float[view.channels() * view.height() * view.width()];
        view.apply(picture, new SplittableRandom(seed), out, 0);
        return out;
    }

    private static float[] seeded(StrongView view, Picture picture, int index) {
        float[] out = new float[view.channels() * view.height() * view.width()];
        view.apply(picture, Seeds.random(7, "test/view", index), out, 0);
        return out;
    }
}
