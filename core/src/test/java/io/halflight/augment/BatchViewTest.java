package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.data.HostBatch;
import io.halflight.data.Picture;
import io.halflight.data.Seeds;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Views of whole batches beside those that are painted picture by picture. */
class BatchViewTest {
    private static final int[][] SHAPES = {{32, 32}, {60, 91}, {1, 1}, {3, 70}, {33, 20}, {130, 41}, {32, 32}};

    /** Grey levels of 255; over more seeds 0.007 was the most, 0.00004 the mean. */
    private static final double MOST = 0.02;

    private static final double MEAN = 2e-4;

    static {
        NativeTorch.load();
    }

    private final Device cpu = Devices.parse("cpu");

    /** With every step as likely as not, and any order of the jitter. */
    private static SimClrView.Config everything(
            int size, int channels, double strength, CropSampler crop, ColourSemantics colour, Brightness brightness) {
        return new SimClrView.Config(
                size,
                channels,
                strength,
                0.05,
                1,
                0.9,
                0.3,
                0.5,
                0.5,
                crop,
                colour,
                brightness,
                0.3,
                0.8 * strength,
                0.4);
    }

    static List<BatchView> views() {
        List<BatchView> views = new ArrayList<>();
        SimClrViewTest.configs().forEach(config -> views.add(new SimClrView(config)));
        views.add(new SimClrView(SimClrView.Config.imagenet(110))); // blurred over five pixels each way
        for (ColourSemantics colour : ColourSemantics.values()) {
            for (Brightness brightness : Brightness.values()) {
                for (int channels : new int[] {1, 3}) {
                    views.add(new SimClrView(everything(42, channels, 1, CropSampler.BYOL, colour, brightness)));
                }
            }
        }
        views.add(new SimClrView(
                everything(23, 3, 2.5, CropSampler.TENSORFLOW, ColourSemantics.TORCHVISION, Brightness.MULTIPLY)));
        for (int channels : new int[] {1, 3}) {
            views.add(new CropFlip(31, channels, 0.1, 0.5));
            views.add(new PadCropFlip(32, channels, 4, Padding.REFLECT, 0.5));
            views.add(new PadCropFlip(32, channels, 31, Padding.ZERO, 0.5));
            views.add(new PadCropFlip(70, channels, 9, Padding.REFLECT, 0.5));
            views.add(new InceptionView(new InceptionView.Config(31, channels, 0.05, 0.5, false)));
            views.add(new InceptionView(new InceptionView.Config(31, channels, 0.05, 0.5, true)));
        }
        return views;
    }

    @ParameterizedTest
    @MethodSource("views")
    void aBatchShowsWhatEachPictureWouldShowAlone(BatchView view) {
        double sum = 0;
        long count = 0;
        int length = view.channels() * view.height() * view.width();
        for (int seed = 1; seed <= 4; seed++) {
            int channels = seed % 2 == 0 ? 1 : 3;
            HostBatch batch = batch(view, 50, channels, seed);
            float[] actual = painted(view, batch, 1L << 30);
            for (int i = 0; i < batch.size(); i++) {
                float[] expected = new float[length];
                view.apply(batch.pictures().get(i), Seeds.random(seed, "view", i), expected, 0);
                for (int k = 0; k < length; k++) {
                    double difference = 255 * Math.abs(actual[i * length + k] - expected[k]);
                    if (!(difference < MOST)) {
                        throw new AssertionError("seed %d, picture %d, value %d: %s instead of %s"
                                .formatted(seed, i, k, actual[i * length + k], expected[k]));
                    }
                    sum += difference;
                    count++;
                }
            }
        }
        assertThat(sum / count).as("mean difference in grey levels").isLessThan(MEAN);
    }

    /** A picture's view depends on nothing beside it: neither on its neighbours nor on where the batch is cut. */
    @Test
    void aBatchMayBeCutAnywhere() {
        BatchView view = new SimClrView(
                everything(42, 3, 1, CropSampler.BYOL, ColourSemantics.TORCHVISION, Brightness.MULTIPLY));
        HostBatch batch = batch(view, 40, 3, 12);
        float[] whole = painted(view, batch, 1L << 30);
        float[] pieces = painted(view, batch, 3 * 130 * 91 * 4);
        float[] single = painted(view, batch, 1);
        for (int i = 0; i < whole.length; i++) {
            double most = 255 * Math.max(Math.abs(pieces[i] - whole[i]), Math.abs(single[i] - whole[i]));
            if (!(most < MOST)) {
                throw new AssertionError("seed 12, value %d: %s grey levels apart".formatted(i, most));
            }
        }
    }

    @Test
    void picturesOfDifferentChannelsAreRefused() {
        BatchView view = new SimClrView(SimClrView.Config.cifar(32));
        HostBatch batch = batch(view, 2, 3, 13);
        batch.pictures().set(1, Pictures.noise(1, 1, 8, 8));
        assertThatThrownBy(() -> painted(view, batch, 1L << 30)).hasMessageContaining("of 3 and of 1 channels");
    }

    private float[] painted(BatchView view, HostBatch batch, long mostValues) {
        try (PointerScope scope = new PointerScope()) {
            var painted =
                    DeviceViews.paint(List.of(view), batch, cpu, mostValues).get(0);
            assertThat(painted.shape()).containsExactly(batch.size(), view.channels(), view.height(), view.width());
            return Tensors.toFloats(painted);
        }
    }

    /** The first channel in every channel: what hue and saturation make of that rests on exact zeros. */
    private static Picture withoutColour(Picture picture) {
        byte[] pixels = picture.pixels();
        int plane = picture.height() * picture.width();
        for (int c = 1; c < picture.channels(); c++) {
            System.arraycopy(pixels, 0, pixels, c * plane, plane);
        }
        return picture;
    }

    /** Noise in all shapes, and what the loader would have drawn for it. */
    private static HostBatch batch(BatchView view, int n, int channels, long seed) {
        List<Picture> pictures = new ArrayList<>();
        float[] draws = new float[n * view.draws()];
        for (int i = 0; i < n; i++) {
            int[] shape = SHAPES[i % SHAPES.length];
            Picture picture = Pictures.noise(seed + i, channels, shape[0], shape[1]);
            pictures.add(i % 5 == 4 ? withoutColour(picture) : picture);
            view.draw(Seeds.random(seed, "view", i), shape[0], shape[1], draws, i * view.draws());
        }
        return new HostBatch(
                List.of(draws), pictures, new long[n], new int[n], view.channels(), view.height(), view.width());
    }
}
