package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.data.HostBatch;
import io.halflight.data.Picture;
import io.halflight.data.Seeds;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Strong views of whole batches beside those that are painted picture by picture: the same bits. */
class StrongBatchTest {
    private static final int[][] SHAPES = {{32, 32}, {60, 91}, {1, 1}, {3, 70}, {33, 20}, {130, 41}, {64, 64}};
    private static final Fill FILL = new Fill(11, 122, 233);

    private static final int SEEDS = 2;
    private static final int N = 42;

    /** Share of values one level away, of pictures that were resized. */
    private static final double OTHER = 2e-3;

    static {
        NativeTorch.load();
    }

    private final Device cpu = Devices.parse("cpu");

    private static StrongView.Config config(
            RandAugmentFlavour flavour, int size, int channels, ContrastMean contrast, double cropMin) {
        var augment = new RandAugment.Config(flavour, 3, flavour.magnitude, 0.9, contrast, FILL);
        return new StrongView.Config(size, channels, augment, 0.4, 0.5, 0.2, cropMin);
    }

    static List<Arguments> operations() {
        List<Arguments> cases = new ArrayList<>();
        for (RandAugmentFlavour flavour : RandAugmentFlavour.values()) {
            for (Op op : flavour.operations()) {
                cases.add(Arguments.of(flavour, op));
            }
        }
        return cases;
    }

    /** One operation in every view, at all levels and either way. */
    @ParameterizedTest
    @MethodSource("operations")
    void everyOperationIsTheSameToTheBit(RandAugmentFlavour flavour, Op op) {
        List<ContrastMean> means = op == Op.CONTRAST ? List.of(ContrastMean.values()) : List.of(ContrastMean.PAPER);
        for (ContrastMean mean : means) {
            for (int channels : new int[] {1, 3}) {
                for (int size : new int[] {33, 2}) {
                    assertForced(config(flavour, size, channels, mean, 1), op);
                }
            }
        }
    }

    private void assertForced(StrongView.Config config, Op op) {
        StrongView view = new StrongView(config);
        RandAugment augment = new RandAugment(config.augment());
        RandAugmentFlavour flavour = config.augment().flavour();
        int size = config.size();
        int levels = flavour.most() - flavour.least() + 1;
        List<StrongView.Plan> plans = new ArrayList<>();
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < 2 * levels; i++) {
            SplittableRandom random = Seeds.random(5, "plan", i);
            StrongView.Plan plan = new StrongView.Plan();
            view.draw(random, size, size, plan);
            int level = flavour.least() + i % levels;
            boolean mirrored = flavour.signed(op) && i >= levels;
            double amount = augment.amount(op, level, mirrored, size, size);
            CropBox hole = op == Op.CUTOUT ? Cutout.draw(random, size, size, (int) amount) : CropBox.NONE;
            plan.augment.clear(1);
            plan.augment.add(op, level, mirrored, amount, hole);
            plans.add(plan);
            pictures.add(picture(i, config.channels(), size, size));
        }
        assertSame(view, pictures, plans, "%s, %s, seed 5".formatted(op, config));
    }

    static List<StrongView.Config> configs() {
        List<StrongView.Config> configs = new ArrayList<>(StrongViewTest.configs());
        for (RandAugmentFlavour flavour : RandAugmentFlavour.values()) {
            configs.add(config(flavour, 32, 3, ContrastMean.PAPER, 1));
            configs.add(config(flavour, 32, 1, ContrastMean.CODE, 1));
            configs.add(config(flavour, 31, 3, ContrastMean.PAPER, 0.08));
        }
        configs.add(config(RandAugmentFlavour.UDA, 70, 1, ContrastMean.PAPER, 1)); // where the centre is cut out
        configs.add(new StrongView.Config(16, 3, none(), 0, 0.5, 0.9, 1));
        return configs;
    }

    /** Those that show a picture of their own size as it is. */
    static List<StrongView.Config> wholePictures() {
        return configs().stream()
                .filter(config -> config.cropMin() == 1 && config.size() <= CentreView.SMALL)
                .toList();
    }

    private static RandAugment.Config none() {
        return new RandAugment.Config(RandAugmentFlavour.FIXMATCH, 0, 9, 1, ContrastMean.PAPER, FILL);
    }

    /** Pictures of the view's own size, each drawn for as the loader does: the bits of every single view. */
    @ParameterizedTest
    @MethodSource("wholePictures")
    void picturesOfTheViewsSizeAreTheSameToTheBit(StrongView.Config config) {
        StrongView view = new StrongView(config);
        int size = config.size();
        int length = config.channels() * size * size;
        for (int seed = 1; seed <= SEEDS; seed++) {
            List<Picture> pictures = new ArrayList<>();
            float[] draws = new float[N * view.draws()];
            for (int i = 0; i < N; i++) {
                pictures.add(picture(seed + i, config.channels(), size, size));
                SplittableRandom drawn = Seeds.random(seed, "view", i);
                view.draw(drawn, size, size, draws, i * view.draws());
                SplittableRandom applied = Seeds.random(seed, "view", i);
                view.apply(pictures.get(i), applied, new float[length], 0);
                assertThat(drawn.nextLong()).as("as many numbers are drawn").isEqualTo(applied.nextLong());
            }
            float[] actual = painted(view, pictures, draws, 1L << 30);
            float[] expected = new float[N * length];
            for (int i = 0; i < N; i++) {
                view.apply(pictures.get(i), Seeds.random(seed, "view", i), expected, i * length);
            }
            assertSame(actual, expected, length, "%s, seed %d".formatted(config, seed));
            assertSame(painted(view, pictures, draws, 5L * length), expected, length, "cut, seed %d".formatted(seed));
        }
    }

    /**
     * Pictures of all sizes: the crop or centre is the same but where a value lies half way between two levels, and from
     * the device's own one on every bit is.
     */
    @ParameterizedTest
    @MethodSource("configs")
    void resizedPicturesAreTheSameFromTheirRoundingOn(StrongView.Config config) {
        StrongView view = new StrongView(config);
        int length = config.channels() * config.size() * config.size();
        long other = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            int channels = seed % 2 == 0 ? 1 : 3;
            List<Picture> pictures = new ArrayList<>();
            List<StrongView.Plan> plans = new ArrayList<>();
            float[] draws = new float[N * view.draws()];
            for (int i = 0; i < N; i++) {
                int[] shape = SHAPES[i % SHAPES.length];
                pictures.add(picture(seed + i, channels, shape[0], shape[1]));
                StrongView.Plan plan = new StrongView.Plan();
                view.draw(Seeds.random(seed, "view", i), shape[0], shape[1], plan);
                view.write(plan, shape[0], shape[1], draws, i * view.draws());
                plans.add(plan);
            }
            float[] shown = painted(new Shown(view), pictures, draws, 1L << 30);
            float[] expected = new float[N * length];
            Canvas canvas = new Canvas();
            for (int i = 0; i < N; i++) {
                float[] start = new float[length];
                view.show(pictures.get(i), plans.get(i), canvas);
                canvas.store(start, 0);
                for (int k = 0; k < length; k++) {
                    float levels = 255 * Math.abs(start[k] - shown[i * length + k]);
                    assertThat(levels)
                            .as("seed %d, picture %d, value %d", seed, i, k)
                            .isLessThan(1.01f);
                    other += levels > 0.5f ? 1 : 0;
                }
                canvas.load(
                        Arrays.copyOfRange(shown, i * length, (i + 1) * length),
                        config.channels(),
                        config.size(),
                        config.size());
                view.distort(canvas, plans.get(i), expected, i * length);
            }
            float[] actual = painted(view, pictures, draws, 1L << 30);
            assertSame(actual, expected, length, "%s, seed %d".formatted(config, seed));
        }
        assertThat(other / (double) (SEEDS * N * length))
                .as("share of other levels")
                .isLessThan(OTHER);
    }

    /** The first step of a strong view alone. */
    record Shown(StrongView view) implements BatchView {
        @Override
        public Tensor paint(Tensor pixels, float[] draws) {
            return Tensors.resultOf(() -> BatchTones.unit(
                    view.batch(draws).shown(pixels, Tensors.floats(draws, draws.length / view.draws(), view.draws()))));
        }

        @Override
        public int draws() {
            return view.draws();
        }

        @Override
        public void draw(SplittableRandom random, int height, int width, float[] out, int offset) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int channels() {
            return view.channels();
        }

        @Override
        public int height() {
            return view.height();
        }

        @Override
        public int width() {
            return view.width();
        }

        @Override
        public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void nothingIsLeftBehind() {
        StrongView view = new StrongView(config(RandAugmentFlavour.UDA, 32, 3, ContrastMean.PAPER, 1));
        List<Picture> pictures = new ArrayList<>();
        float[] draws = new float[N * view.draws()];
        for (int i = 0; i < N; i++) {
            pictures.add(picture(i, 3, 32, 32));
            view.draw(Seeds.random(9, "view", i), 32, 32, draws, i * view.draws());
        }
        painted(view, pictures, draws, 1L << 30);
        long before = Pointer.totalCount();
        painted(view, pictures, draws, 1L << 30);
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    /** Noise, noise of few levels, a smooth picture or one level: what tables are made of differs. */
    private static Picture picture(long seed, int channels, int height, int width) {
        Picture picture = Pictures.noise(seed, channels, height, width);
        byte[] pixels = picture.pixels();
        for (int i = 0; i < pixels.length; i++) {
            int level = pixels[i] & 255;
            pixels[i] = (byte)
                    switch ((int) (seed % 4)) {
                        case 0 -> level;
                        case 1 -> 90 + level / 9;
                        case 2 -> (i % (height * width)) * 200 / (height * width) + level % 17;
                        default -> i < height * width ? 73 : 20 + 7 * (level % 3);
                    };
        }
        return picture;
    }

    private void assertSame(StrongView view, List<Picture> pictures, List<StrongView.Plan> plans, String what) {
        int n = pictures.size();
        int length = view.channels() * view.height() * view.width();
        float[] draws = new float[n * view.draws()];
        float[] expected = new float[n * length];
        for (int i = 0; i < n; i++) {
            Picture picture = pictures.get(i);
            view.write(plans.get(i), picture.height(), picture.width(), draws, i * view.draws());
            view.paint(picture, plans.get(i), expected, i * length);
        }
        assertSame(painted(view, pictures, draws, 1L << 30), expected, length, what);
    }

    private static void assertSame(float[] actual, float[] expected, int length, String what) {
        for (int k = 0; k < expected.length; k++) {
            if (actual[k] != expected[k]) {
                throw new AssertionError("%s, picture %d, value %d: %s instead of %s"
                        .formatted(what, k / length, k % length, 255 * actual[k], 255 * expected[k]));
            }
        }
    }

    private float[] painted(BatchView view, List<Picture> pictures, float[] draws, long mostValues) {
        int n = pictures.size();
        HostBatch batch = new HostBatch(
                List.of(draws), pictures, new long[n], new int[n], view.channels(), view.height(), view.width());
        try (PointerScope scope = new PointerScope()) {
            Tensor views =
                    DeviceViews.paint(List.of(view), batch, cpu, mostValues).get(0);
            assertThat(views.shape()).containsExactly(n, view.channels(), view.height(), view.width());
            return Tensors.toFloats(views);
        }
    }
}
