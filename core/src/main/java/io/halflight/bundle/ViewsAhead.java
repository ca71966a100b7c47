package io.halflight.bundle;

import io.halflight.HalflightException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Views of picture files in the order of the files, made ahead by several threads; no more than a fixed number of them waits. A file that cannot
 * be read takes its place as a failure.
 */
final class ViewsAhead implements AutoCloseable {
    private record Pending(Path file, Future<float[]> view) {}

    private final Iterator<Path> files;
    private final Function<Path, float[]> view;
    private final int ahead;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final ExecutorService threads;

    /**
     * Begins with the first files at once.
     *
     * @param view decodes a file and makes its view, safe from any thread
     * @param ahead files at most that are read but not taken
     */
    ViewsAhead(Iterator<Path> files, Function<Path, float[]> view, int ahead, int threads) {
        this.files = files;
        this.view = view;
        this.ahead = ahead;
        this.threads = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "pictures");
            thread.setDaemon(true);
            return thread;
        });
        fill();
    }

    boolean hasNext() {
        return !pending.isEmpty();
    }

    /** The next file's view, or why there is none. */
    Outcome<float[]> next() {
        Pending first = pending.remove();
        fill();
        try {
            return new Outcome<>(first.file(), first.view().get(), null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HalflightException failure) {
                return new Outcome<>(first.file(), null, failure);
            }
            throw new IllegalStateException(first.file() + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HalflightException.run("interrupted while reading " + first.file(), e);
        }
    }

    private void fill() {
        while (pending.size() < ahead && files.hasNext()) {
            Path file = files.next();
            pending.add(new Pending(file, threads.submit(() -> view.apply(file))));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
