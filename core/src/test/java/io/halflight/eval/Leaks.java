package io.halflight.eval;

import org.bytedeco.javacpp.Pointer;

/** Counts native objects for tests that no more of them may be left than before. */
public final class Leaks {
    private Leaks() {}

    /** How many there are once the garbage of earlier tests is gone, whose collection would hide new ones. */
    public static long settledCount() {
        long count = Pointer.totalCount();
        for (int calm = 0; calm < 2; ) {
            System.gc();
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            calm = Pointer.totalCount() == count ? calm + 1 : 0;
            count = Pointer.totalCount();
        }
        return count;
    }
}
