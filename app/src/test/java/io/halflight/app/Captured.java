package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** A run of the command in this process: exit code and what it printed. */
record Captured(int code, String out, String err) {
    static Captured of(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                Main.execute(args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), Terminal.NONE);
        return new Captured(code, out.toString(UTF_8), err.toString(UTF_8));
    }

    List<String> errorLines() {
        return err.lines().toList();
    }
}
