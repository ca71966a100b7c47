package io.halflight.train;

import io.halflight.HalflightException;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The figures of a stage, one JSON object a line. Every line carries the {@code step} it was taken after. */
final class MetricsLog {
    private final Path file;

    MetricsLog(Path directory) {
        this.file = directory.resolve("metrics.jsonl");
    }

    /** Drops the lines of steps after the one given, which a resumed stage will do again. */
    void rewindTo(long step) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            List<String> kept = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (isUpTo(line, step)) {
                    kept.add(line);
                }
            }
            Files.write(file, kept);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static boolean isUpTo(String line, long step) {
        try {
            return Json.parse(line) instanceof Map<?, ?> map && map.get("step") instanceof Long at && at <= step;
        } catch (IllegalArgumentException cutShortByTheCrash) {
            return false;
        }
    }

    void append(Map<String, ?> line) {
        try {
            Files.writeString(
                    file,
                    Json.write(line) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private HalflightException unwritable(IOException e) {
        return HalflightException.run(
                "The metrics " + file + " cannot be written (" + e.getMessage()
                        + "); make room or permissions there, then go on with --resume.",
                e);
    }
}
