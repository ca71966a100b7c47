package io.halflight.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The terminal's columns: {@code COLUMNS} if set, else what {@code stty size} says, else 80. Asking takes milliseconds, so
 * a thread of its own does it every other second and training never waits for it.
 */
final class TerminalWidth implements IntSupplier {
    static final int FALLBACK = 80;
    private static final long MILLIS_BETWEEN_LOOKS = 2_000;

    private volatile int columns;

    @Override
    public synchronized int getAsInt() {
        if (columns == 0) {
            columns = columns(System.getenv("COLUMNS"), "");
            if (columns == 0) {
                columns = ask(FALLBACK);
                Thread watch = new Thread(this::watch, "terminal width");
                watch.setDaemon(true);
                watch.start();
            }
        }
        return columns;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(MILLIS_BETWEEN_LOOKS);
                columns = ask(columns);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody needs the width any more
        }
    }

    private static int ask(int otherwise) {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
                return otherwise;
            }
            int told = columns(null, new String(stty.getInputStream().readAllBytes(), US_ASCII));
            return told == 0 ? otherwise : told;
        } catch (IOException e) {
            return otherwise; // no stty, no terminal: Windows, or a session without one
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        }
    }

    /** Columns from the environment variable or else from "rows columns"; 0 if neither tells. */
    static int columns(@Nullable String variable, String sttySize) {
        if (variable != null && variable.matches("[1-9]\\d{0,3}")) {
            return Integer.parseInt(variable);
        }
        String size = sttySize.strip();
        return size.matches("\\d+ [1-9]\\d{0,3}") ? Integer.parseInt(size.substring(size.indexOf(' ') + 1)) : 0;
    }
}
