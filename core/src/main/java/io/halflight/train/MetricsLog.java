package io.halflight.train;

import io.halflight.DurableFile;
import io.halflight.HalflightException;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of a stage, one JSON object a line. Every line carries the {@code step} it was taken after. */
final class MetricsLog {
    private final Path file;

    MetricsLog(Path directory) {
        this.file = directory.resolve("metrics.jsonl");
    }

    /**
     * Drops the lines of steps after the one given, which a resumed stage will do again.
     *
     * @return those that stay
     */
    List<Map<String, @Nullable Object>> rewindTo(long step) {
        List<Map<String, @Nullable Object>> kept = new ArrayList<>();
        if (!Files.exists(file)) {
            return kept;
        }
        try {
            StringBuilder text = new StringBuilder();
            for (String line : Files.readAllLines(file)) {
                Map<String, @Nullable Object> figures = parsed(line);
                if (figures.get("step") instanceof Long at && at <= step) {
                    kept.add(figures);
                    text.append(line).append('\n');
                }
            }
            DurableFile.write(file, text.toString());
            return kept;
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static Map<String, @Nullable Object> parsed(String line) {
        try {
            return Json.object(Json.parse(line), "a line");
        } catch (IllegalArgumentException cutShortByTheCrash) {
            return Map.of();
        }
    }

    void append(Map<String, ?> line) {
        try {
            DurableFile.append(file, Json.write(line) + "\n");
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** What was appended survives a power cut: called before a checkpoint says that it need not be done again. */
    void force() {
        try {
            DurableFile.force(file);
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
