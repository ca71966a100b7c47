package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.augment.CentreView;
import io.halflight.augment.PadCropFlip;
import io.halflight.augment.Padding;
import io.halflight.augment.SimClrView;
import io.halflight.augment.StrongView;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.Loader;
import io.halflight.data.Transform;
import io.halflight.torch.Devices;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.Test;

/** Both ways to make a stream's views, on the CPU. */
class FeedTest {
    private static final int SIZE = 20;
    private static final int STEPS = 7;

    private final Dataset data = Datasets.open("shapes:30,4", new Datasets.Options(SIZE));
    private final int[] places = IntStream.range(0, 30).toArray();
    private final Compute compute = new Compute(Devices.parse("cpu"), Precision.FP32, 2);
    private final Transform first = new SimClrView(SimClrView.Config.byolFirst(SIZE));
    private final Transform second = new SimClrView(SimClrView.Config.byolSecond(SIZE));

    /** What some steps were given; rows holds places and labels. */
    private record Seen(List<String> rows, List<float[]> views) {}

    private Feed feed(List<Transform> views, boolean onDevice) {
        var config = new Loader.Config(8, true, true, 4, "test", 0);
        return new Feed(data, places, i -> i % 5, views, config, compute, onDevice);
    }

    /** Everything of some steps; as the trainer does, it asks for the next batch before it has done with one. */
    private Seen seen(Feed feed, long from, boolean prepare) {
        Seen seen = new Seen(new ArrayList<>(), new ArrayList<>());
        try (Feed.Open open = feed.open(from)) {
            for (long i = from; i < STEPS; i++) {
                Batch.Stream stream = open.next();
                if (prepare) {
                    open.prepare();
                    open.prepare();
                }
                seen.rows.add(Arrays.toString(stream.indices()) + Arrays.toString(Tensors.toLongs(stream.labels())));
                for (Tensor view : stream.views()) {
                    assertThat(view.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
                    seen.views.add(Tensors.toFloats(view));
                }
            }
        }
        return seen;
    }

    @Test
    void theDeviceMakesTheViewsOfTheLoader() {
        List<Transform> views = List.of(first, second);
        Seen host = seen(feed(views, false), 0, true);
        Seen device = seen(feed(views, true), 0, true);
        assertThat(device.rows).isEqualTo(host.rows);
        assertThat(device.views).hasSameSizeAs(host.views).hasSize(2 * STEPS);
        assertThat(mostLevels(device.views, host.views))
                .as("grey levels, seed 4; 0: then both were made by the loader")
                .isBetween(1e-9, 0.01);
    }

    /** What FixMatch and UDA ask for of unlabelled pictures. The strong view is in whole levels, the weak one is not. */
    @Test
    void theDeviceMakesAWeakAndAStrongViewTogether() {
        int size = data.picture(0).height(); // resized, a strong view may differ where a level is rounded
        List<Transform> views = List.of(
                new PadCropFlip(size, 3, 2, Padding.REFLECT, 0.5), new StrongView(StrongView.Config.fixMatch(size, 3)));
        Seen host = seen(feed(views, false), 0, true);
        Seen device = seen(feed(views, true), 0, true);
        assertThat(device.rows).isEqualTo(host.rows);
        assertThat(device.views).hasSize(2 * STEPS);
        for (int i = 0; i < 2 * STEPS; i++) {
            double most = mostLevels(device.views.subList(i, i + 1), host.views.subList(i, i + 1));
            if (i % 2 == 0) {
                assertThat(most)
                        .as("grey levels, seed 4, step %d; 0: then both were made by the loader", i / 2)
                        .isBetween(1e-9, 0.01);
            } else {
                assertThat(most).as("grey levels, seed 4, step %d", i / 2).isZero();
            }
        }
    }

    /** The largest difference in grey levels of 255. */
    static double mostLevels(List<float[]> actual, List<float[]> expected) {
        double most = 0;
        for (int i = 0; i < expected.size(); i++) {
            for (int k = 0; k < expected.get(i).length; k++) {
                most = Math.max(most, 255 * Math.abs(actual.get(i)[k] - expected.get(i)[k]));
            }
        }
        return most;
    }

    @Test
    void preparingAndResumingChangeNoBit() {
        List<Transform> views = List.of(first, second);
        Seen whole = seen(feed(views, true), 0, true);
        assertSame(seen(feed(views, true), 0, false), whole, 0);
        assertSame(seen(feed(views, true), 4, true), whole, 4);
    }

    @Test
    void oneViewThatOnlyTheLoaderCanMakeLeavesItAllOfThem() {
        List<Transform> views = List.of(first, new CentreView(SIZE, 3));
        assertSame(seen(feed(views, true), 0, true), seen(feed(views, false), 0, true), 0);
    }

    private static void assertSame(Seen actual, Seen expected, int from) {
        assertThat(actual.rows).isEqualTo(expected.rows.subList(from, STEPS));
        assertThat(actual.views).hasSize(2 * (STEPS - from));
        assertThat(mostLevels(actual.views, expected.views.subList(2 * from, 2 * STEPS)))
                .as("grey levels, seed 4")
                .isZero();
    }

    @Test
    void tensorsLiveUntilTheNextBatch() {
        Feed feed = feed(List.of(first, second), true);
        long before = Pointer.totalCount();
        try (Feed.Open open = feed.open(0)) {
            long held = 0;
            for (int i = 0; i < 5; i++) {
                Tensor view = open.next().view(0);
                open.prepare();
                assertThat(view.isNull()).isFalse();
                held = i == 0 ? Pointer.totalCount() : held;
                assertThat(Pointer.totalCount()).isEqualTo(held);
                open.next();
                assertThat(view.isNull()).isTrue();
            }
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }
}
