package io.halflight.eval;

/** Hears how far a long evaluation has come. Called on the thread that started it. */
@FunctionalInterface
public interface ProgressListener {
    /** {@code done} of {@code total} pictures have been through the network. */
    void progress(long done, long total);
}
