package io.halflight.app;

import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the standard output can show.
 *
 * @param interactive whether a line can be rewritten there: a terminal that is not {@code dumb}
 * @param unicode whether bars and ticks reach the screen
 * @param colour whether escape sequences for colour are welcome
 * @param columns width in characters, asked again for every line because windows are resized
 */
record Terminal(boolean interactive, boolean unicode, boolean colour, IntSupplier columns) {
    /** A file or a pipe: plain lines without limit. */
    static final Terminal NONE = new Terminal(false, false, false, () -> 80);

    /** What this process writes to. */
    static Terminal detect() {
        Map<String, String> environment = System.getenv();
        String term = environment.getOrDefault("TERM", "dumb");
        boolean interactive = standardOutputIsTerminal() && !term.equals("dumb");
        boolean unicode = "UTF-8".equalsIgnoreCase(System.getProperty("native.encoding"));
        boolean colour = interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(interactive, unicode, colour, interactive ? new TerminalWidth() : NONE.columns);
    }

    /** Whether the standard error is one where a line can be rewritten; only the launcher knows. */
    static boolean errorIsTerminal() {
        return Boolean.getBoolean("halflight.error.terminal")
                && !System.getenv().getOrDefault("TERM", "dumb").equals("dumb");
    }

    int width() {
        return columns.getAsInt();
    }

    String faint(String text) {
        return colour ? "\033[2m" + text + "\033[22m" : text;
    }

    String good(String text) {
        return colour ? "\033[32m" + text + "\033[39m" : text;
    }

    /** The launcher knows for sure; a console of Java below 22 also wants the input to be a terminal. */
    @SuppressWarnings("SystemConsoleNull") // it is null up to Java 21, which is what the test is for
    private static boolean standardOutputIsTerminal() {
        @Nullable String told = System.getProperty("halflight.terminal");
        if (told != null) {
            return told.equals("true");
        }
        java.io.Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // from Java 22 on there is a console for pipes and files, too
            return Boolean.TRUE.equals(
                    java.io.Console.class.getMethod("isTerminal").invoke(console));
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
