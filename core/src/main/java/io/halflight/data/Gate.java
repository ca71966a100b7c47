package io.halflight.data;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Lets work in while all that it holds together stays within a limit; what came first goes in first. */
final class Gate {
    private final int limit;
    private final Semaphore free;

    Gate(int limit) {
        this.limit = limit;
        this.free = new Semaphore(limit, true);
    }

    /** Does work that holds a share of the limit; a larger share than all of it has the gate for itself. */
    <T> T during(long share, Supplier<T> work) {
        int held = (int) Math.min(limit, share);
        free.acquireUninterruptibly(held);
        try {
            return work.get();
        } finally {
            free.release(held);
        }
    }
}
