package io.halflight;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Failures on purpose, at the points of writing where a real one hurts most. Only tests ask for them, by system properties:
 *
 * <ul>
 *   <li>{@code halflight.halt=NAME:N} ends the process, as a kill does, at the N-th point passed while writing files
 *       whose name contains NAME;
 *   <li>{@code halflight.full=NAME} lets writing such files fail as on a full disk.
 * </ul>
 */
public final class Faults {
    /** The exit code of a process that {@code kill -9} has ended. */
    private static final int KILLED = 137;

    private static final AtomicInteger PASSED = new AtomicInteger();

    private Faults() {}

    /** A point of writing a file. Costs two look-ups of a property where no fault is asked for. */
    public static void point(Path file) throws IOException {
        String full = System.getProperty("halflight.full");
        if (full != null && name(file).contains(full)) {
            throw new IOException("No space left on device");
        }
        String halt = System.getProperty("halflight.halt");
        if (halt != null) {
            int colon = halt.lastIndexOf(':');
            if (name(file).contains(halt.substring(0, colon))
                    && PASSED.incrementAndGet() == Integer.parseInt(halt.substring(colon + 1))) {
                Runtime.getRuntime().halt(KILLED);
            }
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
