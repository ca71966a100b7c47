package io.halflight.train;

import io.halflight.DurableFile;
import io.halflight.HalflightException;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a run fills, for one process at a time. Files are replaced whole, so that a reader never sees half of one.
 */
public final class RunDirectory implements AutoCloseable {
    private final Path path;
    private final boolean resume;
    private @Nullable RunLock lock;

    private RunDirectory(Path path, boolean resume) {
        this.path = path;
        this.resume = resume;
    }

    /**
     * Looks whether a folder may be used, and leaves it as it is.
     *
     * @param resume whether to go on with what is there
     * @throws HalflightException if it is used and not to be resumed, or to be resumed and empty
     */
    public static RunDirectory check(Path path, boolean resume) {
        try {
            boolean used = isBegun(path);
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw HalflightException.usage("The output " + path + " is a file; name a folder with --out.");
            }
            if (used && !resume) {
                throw used(path);
            }
            if (!used && resume) {
                throw HalflightException.usage(
                        "There is no run in " + path + " to resume; leave out --resume to start one.");
            }
            return new RunDirectory(path, resume);
        } catch (IOException e) {
            throw HalflightException.run("The output directory " + path + " cannot be read: " + e, e);
        }
    }

    private static HalflightException used(Path path) {
        return HalflightException.usage(
                "The output directory " + path + " is in use: go on with it by --resume, or name another with --out.");
    }

    /**
     * Makes the folder if it is missing, and locks it unless that was done.
     *
     * @throws HalflightException if it cannot be made, or another process has taken it meanwhile
     */
    public void make() {
        try {
            Files.createDirectories(path);
            lock();
            if (!resume && isBegun(path)) {
                throw used(path);
            }
        } catch (IOException e) {
            throw HalflightException.run(
                    "The output directory " + path + " cannot be made (" + e + "); name another with --out.", e);
        }
    }

    /**
     * Keeps other processes off until this is closed, and removes what a killed one has left half-written.
     *
     * @throws HalflightException naming the process that is at work there
     */
    public void lock() {
        if (lock != null) {
            return;
        }
        lock = RunLock.of(path);
        try {
            DurableFile.removeLeftovers(path);
            Path stages = path.resolve("stages");
            if (Files.isDirectory(stages)) {
                try (Stream<Path> folders = Files.list(stages)) {
                    for (Path folder : folders.filter(Files::isDirectory).toList()) {
                        DurableFile.removeLeftovers(folder);
                    }
                }
            }
        } catch (IOException e) {
            throw HalflightException.run(
                    "What an interrupted start left in " + path + " cannot be removed (" + e
                            + "); check permissions there.",
                    e);
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }

    /** Whether a folder holds something to go on with, or anything else; a lock alone is a start that was killed at once. */
    public static boolean isBegun(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> !file.endsWith(RunLock.FILE));
        }
    }

    public Path path() {
        return path;
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }

    /** The folder of one stage, made if missing: {@code stages/1-pretrain}. */
    public Path stage(int number, String name) {
        Path directory = path.resolve("stages").resolve(number + "-" + name);
        try {
            Files.createDirectories(directory);
            return directory;
        } catch (IOException e) {
            throw HalflightException.run("The folder " + directory + " cannot be made: " + e, e);
        }
    }

    /** Replaces a file with readable JSON. */
    public void writeJson(String name, Map<String, ?> content) {
        write(name, Json.pretty(content) + "\n");
    }

    /** Replaces a file by a {@link DurableFile}. */
    public void write(String name, String content) {
        Path file = path.resolve(name);
        try {
            DurableFile.write(file, content);
        } catch (IOException e) {
            throw HalflightException.run(
                    "The file " + file + " cannot be written (" + e.getMessage()
                            + "); make room or permissions there, then go on with --resume.",
                    e);
        }
    }
}
