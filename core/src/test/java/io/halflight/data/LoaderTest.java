package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {
    /** Writes the picture's first pixel and a random number. */
    private record Marked(int width) implements Transform {
        @Override
        public int channels() {
            return 1;
        }

        @Override
        public int height() {
            return 1;
        }

        @Override
        public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
            out[offset] = picture.pixels()[0];
            out[offset + 1] = (float) random.nextDouble();
        }
    }

    /** Draws a number; painting it would draw another one. */
    private record Chance() implements DrawnTransform {
        @Override
        public int channels() {
            return 1;
        }

        @Override
        public int height() {
            return 4;
        }

        @Override
        public int width() {
            return 4;
        }

        @Override
        public int draws() {
            return 3;
        }

        @Override
        public void draw(SplittableRandom random, int height, int width, float[] out, int offset) {
            out[offset] = height;
            out[offset + 1] = width;
            out[offset + 2] = (float) random.nextDouble();
        }

        @Override
        public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
            throw new IllegalStateException("painted");
        }
    }

    private final ListedDataset data = new ListedDataset("cat", "dog").add(0, 23, Dataset.Part.TRAIN);
    private final int[] all = IntStream.range(0, 23).toArray();

    private Loader loader(int threads, Loader.Config config) {
        return new Loader(data, all, i -> i % 7, List.of(new Marked(2), new Marked(2)), config, threads);
    }

    private static Loader.Config shuffled(int batch, boolean dropLast, int picturesPerEpoch) {
        return new Loader.Config(batch, true, dropLast, 9, "test", picturesPerEpoch);
    }

    /** Everything that the batches of some steps hold, as text. */
    private static List<String> record(Loader loader, long from, int steps) {
        List<String> seen = new ArrayList<>();
        try (Loader.Batches batches = loader.open(from)) {
            for (int i = 0; i < steps; i++) {
                HostBatch batch = batches.next();
                seen.add(Arrays.toString(batch.indices())
                        + Arrays.toString(batch.labels())
                        + Arrays.toString(batch.views().get(0))
                        + Arrays.toString(batch.views().get(1)));
                batches.recycle(batch);
            }
        }
        return seen;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 9})
    void anyNumberOfThreadsMakesTheSameBatches(int threads) {
        Loader.Config config = shuffled(5, false, 0);
        assertThat(record(loader(threads, config), 0, 40)).isEqualTo(record(loader(1, config), 0, 40));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4, 5, 17})
    void resumingContinuesTheUninterruptedRun(long step) {
        Loader loader = loader(3, shuffled(5, true, 0));
        List<String> whole = record(loader, 0, 30);
        assertThat(record(loader, step, 30 - (int) step)).isEqualTo(whole.subList((int) step, 30));
        assertThat(whole).doesNotHaveDuplicates();
    }

    @Test
    void eachPassCoversEveryPictureOnceInANewOrder() {
        Loader loader = loader(2, shuffled(5, false, 0));
        List<List<Integer>> passes = new ArrayList<>();
        try (Loader.Batches batches = loader.open(0)) {
            for (int pass = 0; pass < 3; pass++) {
                List<Integer> seen = new ArrayList<>();
                for (int i = 0; i < loader.stepsPerPass(); i++) {
                    Arrays.stream(batches.next().indices()).forEach(seen::add);
                }
                assertThat(seen)
                        .containsExactlyInAnyOrderElementsOf(
                                Arrays.stream(all).boxed().toList());
                passes.add(seen);
            }
        }
        assertThat(passes).doesNotHaveDuplicates();
        assertThat(passes.get(0)).isNotEqualTo(Arrays.stream(all).boxed().toList());
    }

    @Test
    void viewsOfAPictureDifferFromEachOtherAndFromPassToPass() {
        Loader loader = loader(2, new Loader.Config(23, false, false, 9, "test", 0));
        try (Loader.Batches batches = loader.open(0)) {
            HostBatch first = batches.next();
            HostBatch second = batches.next();
            assertThat(first.indices()).isEqualTo(second.indices());
            assertThat(first.views().get(0)[1]).isNotEqualTo(first.views().get(1)[1]);
            assertThat(first.views().get(0)[1]).isNotEqualTo(second.views().get(0)[1]);
            assertThat(first.views().get(0)[2 * 4]).isEqualTo(4);
            assertThat(first.labels()[8]).isEqualTo(1);
        }
    }

    @Test
    void aPlaceThatOccursAgainIsShownInOtherViewsAndTheFirstTimeInTheSame() {
        int[] repeated = {0, 1, 2, 1, 1};
        Loader.Config config = new Loader.Config(5, false, false, 9, "test", 0);
        List<Transform> views = List.of(new Marked(2), new Marked(2));
        try (Loader.Batches plain = new Loader(data, new int[] {0, 1, 2}, i -> 0, views, config, 1).open(0);
                Loader.Batches several = new Loader(data, repeated, i -> 0, views, config, 2).open(0)) {
            HostBatch expected = plain.next();
            HostBatch batch = several.next();
            assertThat(batch.indices()).containsExactly(repeated);
            for (int v = 0; v < 2; v++) {
                float[] first = expected.views().get(v);
                float[] all = batch.views().get(v);
                assertThat(Arrays.copyOf(all, 6)).containsExactly(first);
                assertThat(new float[] {all[2], all[6], all[8]}).containsOnly(1); // the same picture
                assertThat(List.of(all[3], all[7], all[9])).doesNotHaveDuplicates(); // other numbers
            }
        }
    }

    @Test
    void otherStreamsDrawOtherNumbers() {
        Loader.Config other = new Loader.Config(5, true, true, 9, "other", 0);
        assertThat(record(loader(1, other), 0, 1)).isNotEqualTo(record(loader(1, shuffled(5, true, 0)), 0, 1));
    }

    /** The numbers are those that a transform of the same place among the views is seeded with. */
    @Test
    void aLoaderOfDrawsKeepsThePicturesAndPaintsNothing() {
        Loader.Config config = shuffled(5, true, 0);
        Loader drawing = Loader.ofDraws(data, all, i -> i % 7, List.of(new Chance(), new Chance()), config, 3);
        try (Loader.Batches batches = drawing.open(0);
                Loader.Batches made = loader(1, config).open(0)) {
            for (int step = 0; step < 9; step++) {
                HostBatch drawn = batches.next();
                HostBatch painted = made.next();
                assertThat(painted.pictures()).isEmpty();
                assertThat(drawn.indices()).isEqualTo(painted.indices());
                assertThat(drawn.labels()).isEqualTo(painted.labels());
                assertThat(drawn.height()).isEqualTo(4);
                for (int i = 0; i < 5; i++) {
                    assertThat(drawn.pictures().get(i).pixels()[0]).isEqualTo((byte) drawn.indices()[i]);
                    for (int v = 0; v < 2; v++) {
                        assertThat(Arrays.copyOfRange(drawn.views().get(v), 3 * i, 3 * i + 3))
                                .containsExactly(1, 1, painted.views().get(v)[2 * i + 1]);
                    }
                }
                batches.recycle(drawn);
            }
        }
    }

    @Test
    void stepsAreCountedForEveryWayOfCutting() {
        assertThat(loader(1, shuffled(5, true, 0)).stepsPerEpoch()).isEqualTo(4);
        assertThat(loader(1, shuffled(5, false, 0)).stepsPerEpoch()).isEqualTo(5);
        assertThat(loader(1, shuffled(5, true, 10)).stepsPerEpoch()).isEqualTo(2);
        assertThat(loader(1, shuffled(5, true, 3)).stepsPerEpoch()).isEqualTo(1);
        assertThat(loader(1, shuffled(5, true, 10)).stepsPerPass()).isEqualTo(4);
        assertThat(loader(1, shuffled(5, true, 100)).stepsPerEpoch()).isEqualTo(20);
    }

    @Test
    void aBatchLargerThanTheSetShrinksToIt() {
        Loader loader = loader(2, shuffled(64, true, 0));
        assertThat(loader.batch()).isEqualTo(23);
        assertThat(loader.stepsPerEpoch()).isEqualTo(1);
        try (Loader.Batches batches = loader.open(0)) {
            assertThat(batches.next().size()).isEqualTo(23);
        }
    }

    @Test
    void anEvaluationPassIsInOrderAndEnds() {
        Loader loader = loader(4, Loader.Config.inOrder(10));
        List<Integer> sizes = new ArrayList<>();
        List<Integer> seen = new ArrayList<>();
        try (Loader.Batches batches = loader.openOnce()) {
            while (batches.hasNext()) {
                HostBatch batch = batches.next();
                sizes.add(batch.size());
                Arrays.stream(batch.indices()).forEach(seen::add);
                assertThat(batch.views().get(0)).hasSize(2 * batch.size());
            }
            assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(sizes).containsExactly(10, 10, 3);
        assertThat(seen).containsExactlyElementsOf(Arrays.stream(all).boxed().toList());
    }

    @Test
    void anErrorArrivesAtItsStepAndAgainAfterwards() {
        ListedDataset broken = new ListedDataset("cat").add(0, 20, Dataset.Part.TRAIN);
        Transform failing = new Transform() {
            private final Marked inner = new Marked(2);

            @Override
            public int channels() {
                return 1;
            }

            @Override
            public int height() {
                return 1;
            }

            @Override
            public int width() {
                return 2;
            }

            @Override
            public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
                if (picture.pixels()[0] == 13) {
                    throw HalflightException.run("picture 13 is broken");
                }
                inner.apply(picture, random, out, offset);
            }
        };
        int[] places = IntStream.range(0, 20).toArray();
        Loader loader = new Loader(broken, places, i -> 0, List.of(failing), Loader.Config.inOrder(5), 3);
        try (Loader.Batches batches = loader.open(0)) {
            batches.next();
            assertThat(batches.next().indices()).startsWith(5);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(batches::next)
                        .isInstanceOf(HalflightException.class)
                        .hasMessage("picture 13 is broken");
            }
        }
    }

    /** Does something on the loader's thread when it meets picture 13. */
    private record At13(Runnable what) implements Transform {
        @Override
        public int channels() {
            return 1;
        }

        @Override
        public int height() {
            return 1;
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
            if (picture.pixels()[0] == 13) {
                what.run();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Timeout(60) // else the consumer waits for ever
    void aThreadThatDiesBetweenPicturesIsReportedAndNoPassEndsEarly(int threads) {
        Transform deadly = new At13(() -> Thread.currentThread().interrupt());
        Loader loader = new Loader(data, all, i -> 0, List.of(deadly), Loader.Config.inOrder(1), threads);
        try (Loader.Batches batches = loader.open(0)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            assertThat(batches.next().indices()).containsExactly(i % 23);
                            if (threads > 1 && i > 23) {
                                Thread.sleep(1); // lets the threads wait, which is when an interrupted one dies
                            }
                        }
                    })
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("a loader thread of in-order failed", "Interrupted");
        }
    }

    @Test
    void anErrorOfTheMachineArrivesAsItIs() {
        Transform deep = new At13(() -> {
            throw new StackOverflowError("deep");
        });
        Loader loader = new Loader(data, all, i -> 0, List.of(deep), Loader.Config.inOrder(23), 2);
        try (Loader.Batches batches = loader.openOnce()) {
            assertThatThrownBy(batches::next).isInstanceOf(StackOverflowError.class);
            assertThat(batches.hasNext()).as("the pass is not over").isTrue();
        }
    }

    @Test
    void closingStopsTheThreadsWhetherBatchesWereReadOrNot() {
        Loader loader = loader(3, shuffled(5, true, 0));
        Loader.Batches untouched = loader.open(0);
        Loader.Batches used = loader.open(7);
        used.next();
        assertThat(loaderThreads()).hasSize(6).allMatch(Thread::isDaemon);
        untouched.close();
        used.close();
        used.close();
        assertThat(loaderThreads()).isEmpty();
        assertThatThrownBy(used::next).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    private static List<Thread> loaderThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("halflight-loader-"))
                .toList();
    }

    @Test
    void waitingIsMetered() {
        Transform slow = new Transform() {
            @Override
            public int channels() {
                return 1;
            }

            @Override
            public int height() {
                return 1;
            }

            @Override
            public int width() {
                return 1;
            }

            @Override
            public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
                try {
                    Thread.sleep(2);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        Loader loader = new Loader(data, all, i -> 0, List.of(slow), Loader.Config.inOrder(23), 1);
        try (Loader.Batches batches = loader.openOnce()) {
            batches.next();
            assertThat(batches.waitSeconds()).isPositive();
        }
    }

    @Test
    void viewsOfDifferentShapeAndEmptySetsAreProgrammingErrors() {
        assertThatThrownBy(() -> new Loader(
                        data, all, i -> 0, List.of(new Marked(2), new Marked(3)), Loader.Config.inOrder(2), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 x 1 x 3");
        assertThatThrownBy(
                        () -> new Loader(data, new int[0], i -> 0, List.of(new Marked(2)), Loader.Config.inOrder(2), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
