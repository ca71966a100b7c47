package io.halflight.app;

import io.halflight.bundle.Outcome;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/**
 * How far a command is on its way through many pictures, and which could not be read: on standard error, since results may go to standard output.
 * Where these appear on the same terminal they are progress enough.
 */
final class StreamProgress implements AutoCloseable {
    private static final long BETWEEN_DRAWS = 100_000_000L;
    private static final String ERASE = "\r\033[K";

    private final Console console;
    private final String what;
    private final long total;
    private final boolean live;
    private final long started = System.nanoTime();

    private long lastDraw = started;
    private long done;
    private long failures;

    /**
     * Begins.
     *
     * @param printing whether results are printed
     */
    StreamProgress(Console console, String what, long total, boolean printing) {
        this.console = console;
        this.what = what;
        this.total = total;
        this.live =
                Terminal.errorIsTerminal() && !(printing && console.terminal().interactive());
    }

    /** Passes a value on, or reports why there is none. */
    <T> void show(Outcome<T> outcome, BiConsumer<Path, T> sink) {
        done++;
        T value = outcome.value();
        if (value != null) {
            sink.accept(outcome.file(), value);
        } else if (outcome.failure() != null) {
            failures++;
            erase();
            console.err().println("halflight: " + outcome.failure().getMessage());
        }
        long now = System.nanoTime();
        if (live && now - lastDraw >= BETWEEN_DRAWS) {
            lastDraw = now;
            double left = (now - started) / 1e9 / done * (total - done);
            console.err()
                    .print(ERASE + what + "  " + Text.count(done) + "/" + Text.count(total) + "  " + Text.duration(left)
                            + " left");
            console.err().flush();
        }
    }

    long failures() {
        return failures;
    }

    private void erase() {
        if (live) {
            console.err().print(ERASE);
        }
    }

    /** Removes the line, and counts what could not be read. */
    @Override
    public void close() {
        erase();
        if (failures > 0) {
            console.err()
                    .println("halflight: " + Text.count(failures) + " of " + Text.count(done, "picture", "pictures")
                            + " could not be read");
        }
        console.err().flush();
    }
}
