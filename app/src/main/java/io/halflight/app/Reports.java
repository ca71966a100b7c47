package io.halflight.app;

import java.nio.file.Path;

/** Writes a run's report with the pictures it was made from, where they can still be opened. */
final class Reports {
    private Reports() {}

    static void write(Path directory) {}
}
