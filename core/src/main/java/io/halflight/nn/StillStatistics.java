package io.halflight.nn;

/**
 * While open, batch normalisation in training mode on this thread normalises by its batch as always, but leaves its running
 * statistics alone: for passes that look at a network and shall leave no trace, such as those of a teacher or of perturbed
 * pictures. May be nested.
 */
public final class StillStatistics implements AutoCloseable {
    private static final ThreadLocal<Integer> OPEN = ThreadLocal.withInitial(() -> 0);

    public StillStatistics() {
        OPEN.set(OPEN.get() + 1);
    }

    static boolean isOpen() {
        return OPEN.get() > 0;
    }

    @Override
    public void close() {
        OPEN.set(OPEN.get() - 1);
    }
}
