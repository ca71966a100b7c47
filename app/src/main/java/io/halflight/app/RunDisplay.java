package io.halflight.app;

import io.halflight.train.RunListener;

/** Shows a run, and knows where it is. */
interface RunDisplay extends RunListener {
    /** Shows nothing: a program waits for the one object at the end. */
    RunDisplay NONE = () -> "";

    /** The stage that was started last; empty before the first. */
    String stage();

    /** Makes way for other output. */
    default void clear() {}
}
