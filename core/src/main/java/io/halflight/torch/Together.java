package io.halflight.torch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Pieces of work on several threads of Java. */
final class Together {
    /** Does a piece; at any time one thread at most has a worker's number. */
    interface Work {
        void piece(int worker, int piece);
    }

    private Together() {}

    /**
     * Returns when no piece is being done any more, so that memory which they use may then be freed.
     *
     * @param workers at most so many threads
     * @throws RuntimeException what a piece threw; others may then not have been done
     */
    static void run(int workers, int pieces, Work work) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        IntStream.range(0, Math.min(workers, pieces)).parallel().forEach(worker -> {
            try {
                int piece = next.getAndIncrement();
                while (piece < pieces && failure.get() == null) {
                    work.piece(worker, piece);
                    piece = next.getAndIncrement();
                }
            } catch (RuntimeException | Error e) { // thrown from here, it would overtake the other threads
                failure.compareAndSet(null, e);
            }
        });
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
