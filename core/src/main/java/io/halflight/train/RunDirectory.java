package io.halflight.train;

import io.halflight.HalflightException;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Stream;

/** The folder that a run fills. Small files are replaced whole, so that a reader never sees half of one. */
public final class RunDirectory {
    private final Path path;

    private RunDirectory(Path path) {
        this.path = path;
    }

    /**
     * Looks whether a folder may be used, and leaves it as it is.
     *
     * @param resume whether to go on with what is there
     * @throws HalflightException if it is used and not to be resumed, or to be resumed and empty
     */
    public static RunDirectory check(Path path, boolean resume) {
        try {
            boolean used = Files.isDirectory(path) && !isEmpty(path);
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw HalflightException.usage("The output " + path + " is a file; name a folder with --out.");
            }
            if (used && !resume) {
                throw HalflightException.usage("The output directory " + path
                        + " is in use: go on with it by --resume, or name another with --out.");
            }
            if (!used && resume) {
                throw HalflightException.usage(
                        "There is no run in " + path + " to resume; leave out --resume to start one.");
            }
            return new RunDirectory(path);
        } catch (IOException e) {
            throw HalflightException.run("The output directory " + path + " cannot be read: " + e, e);
        }
    }

    /**
     * Makes the folder if it is missing.
     *
     * @throws HalflightException if it cannot be made
     */
    public void make() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw HalflightException.run(
                    "The output directory " + path + " cannot be made (" + e + "); name another with --out.", e);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
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

    /** Replaces a file: written beside it, forced to disk, renamed. */
    public void write(String name, String content) {
        Path file = path.resolve(name);
        Path side = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.writeString(side, content);
            try (FileChannel channel = FileChannel.open(side, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(side, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw HalflightException.run(
                    "The file " + file + " cannot be written (" + e.getMessage()
                            + "); make room or permissions there, then go on with --resume.",
                    e);
        }
    }
}
