package io.halflight.data;

import io.halflight.HalflightException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches of views on background threads, a few ahead of their consumer and in order.
 *
 * <p>The batch of step s is a function of (seed, stream, s) alone: neither the number of threads nor the step at which
 * a run was resumed changes a bit of it. A pass shows every picture once, in an order of its own.
 */
public final class Loader {
    /** Batches in the making or waiting. Threads share each batch, so more would only cost memory. */
    private static final int AHEAD = 3;

    private static final int ROWS_AT_A_TIME = 4;

    /**
     * How to cut a set into batches.
     *
     * @param batch pictures per batch; a smaller set makes smaller batches
     * @param shuffle whether each pass has a random order of its own; otherwise the set's order
     * @param dropLast whether the rest of a pass that does not fill a batch is left out; otherwise it is a smaller batch
     * @param seed the run's seed
     * @param stream what the batches are for, such as {@code pretrain/unlabelled}: other streams draw other numbers
     * @param picturesPerEpoch pictures between evaluations, 0 for one pass; passes cover the whole set regardless
     */
    public record Config(int batch, boolean shuffle, boolean dropLast, long seed, String stream, int picturesPerEpoch) {
        public Config {
            if (batch < 1) {
                throw new IllegalArgumentException("a batch holds at least 1 picture, got " + batch);
            }
            if (picturesPerEpoch < 0) {
                throw new IllegalArgumentException("pictures per epoch must be at least 0, got " + picturesPerEpoch);
            }
        }

        /** Every picture once, in the set's order, the last batch smaller: for evaluation. */
        public static Config inOrder(int batch) {
            return new Config(batch, false, false, 0, "in-order", 0);
        }
    }

    private final Dataset dataset;
    private final Passes passes;
    private final IntUnaryOperator label;
    private final List<? extends Transform> views;
    private final boolean drawn;
    private final Config config;
    private final int threads;

    /**
     * Starts nothing yet.
     *
     * @param indices the set: places in the dataset, at least one; a place that occurs again gets other views there
     * @param label the label to hand out with each place
     * @param views the views to make of each picture, all of one shape
     * @param threads how many threads make them, at least 1
     */
    public Loader(
            Dataset dataset, int[] indices, IntUnaryOperator label, List<Transform> views, Config config, int threads) {
        this(dataset, indices, label, views, false, config, threads);
    }

    /** A loader whose threads only read the pictures and draw the views, for a device to make them. */
    public static Loader ofDraws(
            Dataset dataset,
            int[] indices,
            IntUnaryOperator label,
            List<? extends DrawnTransform> views,
            Config config,
            int threads) {
        return new Loader(dataset, indices, label, views, true, config, threads);
    }

    private Loader(
            Dataset dataset,
            int[] indices,
            IntUnaryOperator label,
            List<? extends Transform> views,
            boolean drawn,
            Config config,
            int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a loader needs at least 1 thread, got " + threads);
        }
        this.dataset = dataset;
        this.passes = new Passes(indices, config);
        this.label = label;
        this.views = List.copyOf(views);
        this.drawn = drawn;
        this.config = config;
        this.threads = threads;
        checkShapes();
    }

    private void checkShapes() {
        if (views.isEmpty()) {
            throw new IllegalArgumentException("the stream " + config.stream() + " has no views");
        }
        Transform first = views.get(0);
        for (Transform view : views) {
            if (view.channels() != first.channels()
                    || view.height() != first.height()
                    || view.width() != first.width()) {
                throw new IllegalArgumentException("the views of %s differ in shape: %s and %s"
                        .formatted(config.stream(), shape(first), shape(view)));
            }
        }
    }

    private static String shape(Transform t) {
        return t.channels() + " x " + t.height() + " x " + t.width();
    }

    /** Steps between two evaluations. */
    public long stepsPerEpoch() {
        return passes.stepsPerEpoch();
    }

    /** Steps that show each picture once. */
    public long stepsPerPass() {
        return passes.stepsPerPass();
    }

    /** Pictures in a full batch: what was asked for, or the whole set if that is smaller. */
    public int batch() {
        return passes.batch();
    }

    /** Batches without end, from the given step on. Close it: it owns threads. */
    public Batches open(long firstStep) {
        if (firstStep < 0) {
            throw new IllegalArgumentException("steps count from 0, got " + firstStep);
        }
        return new Batches(firstStep, Long.MAX_VALUE);
    }

    /** One pass, then {@link Batches#hasNext} is false. */
    public Batches openOnce() {
        return new Batches(0, passes.stepsPerPass());
    }

    /** A batch in the making. Guarded by its {@link Batches}, but for the arrays: each row has one writer. */
    private static final class Slot {
        final long pass;
        final int[] places; // in the set
        final HostBatch host;
        int rowsTaken;
        int rowsDone;

        @Nullable
        Throwable failure;

        Slot(long pass, int[] places, HostBatch host) {
            this.pass = pass;
            this.places = places;
            this.host = host;
        }

        boolean ready() {
            return failure != null || rowsDone == host.size();
        }
    }

    /** An open stream of batches, for one consuming thread. */
    public final class Batches implements AutoCloseable {
        private final long end;
        private final Passes.Cursor cursor = passes.new Cursor();
        private final List<Thread> workers = new ArrayList<>();
        private final Deque<Slot> slots = new ArrayDeque<>();
        private final Deque<List<float[]>> spare = new ArrayDeque<>();
        private long nextStep; // the first step without a slot
        private long waitNanos;
        private volatile boolean closed;

        @Nullable
        private Throwable death; // of a worker, outside of any picture

        private Batches(long first, long end) {
            this.end = end;
            nextStep = first;
            fill();
            for (int i = 0; i < threads; i++) {
                Thread worker = new Thread(this::watchedWork, "halflight-loader-" + i);
                worker.setDaemon(true);
                workers.add(worker);
                worker.start();
            }
        }

        public synchronized boolean hasNext() {
            return !slots.isEmpty();
        }

        /**
         * The next batch, waiting for it if need be.
         *
         * @throws NoSuchElementException after the last batch of {@link Loader#openOnce}
         * @throws HalflightException if one of its pictures cannot be read; earlier batches are delivered before
         */
        public synchronized HostBatch next() {
            if (closed) {
                throw new IllegalStateException("the loader of " + config.stream() + " is closed");
            }
            Slot slot = slots.peekFirst();
            if (slot == null) {
                throw new NoSuchElementException("the pass over " + config.stream() + " is over");
            }
            long from = System.nanoTime();
            while (!slot.ready() && !closed && death == null) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for a batch", e);
                }
            }
            waitNanos += System.nanoTime() - from;
            if (closed) {
                throw new IllegalStateException("the loader of %s was closed meanwhile".formatted(config.stream()));
            }
            if (slot.failure != null) {
                throw delivered(slot.failure);
            }
            if (!slot.ready() && death != null) {
                throw delivered(death);
            }
            slots.removeFirst();
            fill();
            notifyAll();
            return slot.host;
        }

        /** Hands a batch's arrays back to be written again; the caller may not look at them afterwards. */
        public synchronized void recycle(HostBatch host) {
            if (host.size() == passes.batch() && spare.size() < AHEAD) {
                spare.add(host.views());
            }
        }

        /** Seconds that {@link #next} has spent waiting since this was opened. */
        public synchronized double waitSeconds() {
            return waitNanos * 1e-9;
        }

        /** Stops the threads and waits for them; each finishes the picture in its hands. */
        @Override
        public void close() {
            synchronized (this) {
                closed = true;
                notifyAll();
            }
            boolean interrupted = false;
            for (Thread worker : workers) {
                while (worker.isAlive()) {
                    try {
                        worker.join();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private RuntimeException delivered(Throwable failure) {
            if (failure instanceof Error error) {
                throw error;
            }
            return failure instanceof HalflightException known
                    ? known
                    : new IllegalStateException(
                            "a loader thread of %s failed: %s".formatted(config.stream(), failure), failure);
        }

        private synchronized void fill() {
            while (slots.size() < AHEAD && nextStep < end) {
                slots.add(slot(nextStep++));
            }
        }

        private Slot slot(long step) {
            int[] places = cursor.places(step);
            int[] pictures = Arrays.stream(places).map(passes::picture).toArray();
            long[] labels = new long[places.length];
            Arrays.setAll(labels, i -> label.applyAsInt(pictures[i]));
            Transform shape = views.get(0);
            List<float[]> arrays = places.length == passes.batch() ? spare.pollFirst() : null;
            if (arrays == null) {
                arrays = views.stream()
                        .map(view -> new float[Math.multiplyExact(places.length, numbers(view))])
                        .toList();
            }
            List<Picture> kept = drawn ? Arrays.asList(new Picture[places.length]) : List.of();
            var host = new HostBatch(arrays, kept, labels, pictures, shape.channels(), shape.height(), shape.width());
            return new Slot(step / passes.stepsPerPass(), places, host);
        }

        /** A worker that ends before the stream is closed takes the consumer with it: else that would wait for ever. */
        private void watchedWork() {
            try {
                work();
            } catch (Throwable e) {
                synchronized (this) {
                    death = death == null ? e : death;
                    notifyAll();
                }
            }
        }

        private void work() throws InterruptedException {
            while (true) {
                Slot slot;
                int from;
                int to;
                synchronized (this) {
                    slot = takeable();
                    while (slot == null && !closed) {
                        wait();
                        slot = takeable();
                    }
                    if (closed || slot == null) {
                        return;
                    }
                    from = slot.rowsTaken;
                    to = Math.min(slot.host.size(), from + ROWS_AT_A_TIME);
                    slot.rowsTaken = to;
                }
                Throwable failure = make(slot, from, to);
                synchronized (this) {
                    slot.rowsDone += to - from;
                    slot.failure = slot.failure == null ? failure : slot.failure;
                    if (slot.ready()) {
                        notifyAll();
                    }
                }
            }
        }

        private @Nullable Slot takeable() {
            for (Slot slot : slots) {
                if (slot.failure == null && slot.rowsTaken < slot.host.size()) {
                    return slot;
                }
            }
            return null;
        }

        /** Whatever goes wrong here has to reach the consumer, so it is caught and kept. */
        private @Nullable Throwable make(Slot slot, int from, int to) {
            try {
                for (int row = from; row < to && !closed; row++) {
                    int index = slot.host.indices()[row];
                    Picture picture = dataset.picture(index);
                    String stream = passes.randomStream(slot.places[row]);
                    for (int v = 0; v < views.size(); v++) {
                        SplittableRandom random = Seeds.random(config.seed(), stream, slot.pass, index, v);
                        write(views.get(v), picture, random, slot.host.views().get(v), row);
                    }
                    if (drawn) {
                        slot.host.pictures().set(row, picture);
                    }
                }
                return null;
            } catch (Throwable e) {
                return e;
            }
        }
    }

    private void write(Transform view, Picture picture, SplittableRandom random, float[] out, int row) {
        if (drawn && view instanceof DrawnTransform chance) {
            chance.draw(random, picture.height(), picture.width(), out, row * chance.draws());
        } else {
            view.apply(picture, random, out, row * numbers(view));
        }
    }

    /** Numbers that a row holds of a view. */
    private int numbers(Transform view) {
        return drawn && view instanceof DrawnTransform chance
                ? chance.draws()
                : view.channels() * view.height() * view.width();
    }
}
