package io.halflight.app;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a command writes, and what was typed to start it.
 *
 * @param arguments all of them, the command's name first
 */
record Console(PrintStream out, PrintStream err, Terminal terminal, List<String> arguments) {
    /** How the user reaches this program from where they are: the launcher says so. */
    static String program() {
        return System.getProperty("halflight.command", "halflight");
    }

    /** A line for a shell, such as {@code ./halflight run simclrv2 --data 'folder:my photos'}. */
    static String line(List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add(quoted(program()));
        arguments.forEach(argument -> words.add(quoted(argument)));
        return String.join(" ", words);
    }

    private static String quoted(String word) {
        return word.matches("[\\w./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
