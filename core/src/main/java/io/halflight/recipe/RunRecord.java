package io.halflight.recipe;

import io.halflight.json.Json;
import io.halflight.train.Compute;
import io.halflight.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code run.json}: what ran, on what, with which data, and how it stands. */
final class RunRecord {
    static final String FILE = "run.json";
    private static final String CHANGES = "changes";
    static final String VERSION = "0.1.0";

    /** Where a run stands. */
    enum Status {
        RUNNING,
        FINISHED,
        INTERRUPTED,
        FAILED
    }

    private final RunDirectory directory;
    private final Map<String, Object> content = new LinkedHashMap<>();
    private final List<Object> changes = new ArrayList<>();
    private final double secondsBefore;
    private final long started = System.nanoTime();

    RunRecord(RunDirectory directory, Recipe recipe, String command, RunData data, Compute compute) {
        this.directory = directory;
        Map<?, ?> before = read(directory.path());
        this.secondsBefore = before.get("seconds") instanceof Number n ? n.doubleValue() : 0;
        Object firstStart = before.get("started");
        content.put("status", Status.RUNNING);
        content.put("name", recipe.name());
        content.put("command", command);
        content.put("started", firstStart == null ? now() : firstStart);
        content.put("updated", now());
        content.put("seconds", secondsBefore);
        content.put("seed", recipe.seed());
        content.put("version", VERSION);
        content.put("commit", System.getProperty("halflight.commit", "unknown")); // the launcher asks git
        content.put("hardware", Machine.describe(compute));
        content.put("data", data.describe());
        content.put("versions", Machine.versions());
        if (before.get(CHANGES) instanceof List<?> earlier) {
            changes.addAll(earlier);
            content.put(CHANGES, changes);
        }
    }

    /** Notes what a resumed run does otherwise from now on, in words. */
    void changed(List<String> settings) {
        for (String setting : settings) {
            changes.add(now() + " " + setting);
            content.put(CHANGES, changes);
        }
    }

    /** What an earlier start of the same run recorded; empty if there was none. */
    static Map<?, ?> read(Path directory) {
        try {
            Path file = directory.resolve(FILE);
            return Files.exists(file) && Json.parse(Files.readString(file)) instanceof Map<?, ?> map ? map : Map.of();
        } catch (IOException | IllegalArgumentException unreadable) {
            return Map.of();
        }
    }

    void write(Status status) {
        content.put("status", status);
        content.put("updated", now());
        content.put("seconds", seconds());
        content.put("peakMemoryBytes", Machine.peakMemory());
        directory.writeJson(FILE, content);
    }

    Map<String, Object> content() {
        return content;
    }

    /** From start to now, over all starts. */
    double seconds() {
        return secondsBefore + (System.nanoTime() - started) / 1e9;
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
