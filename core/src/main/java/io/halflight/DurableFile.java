package io.halflight;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Replaces files so that a reader, and a restart after a kill or a power cut, sees either the old one or the whole new one: a
 * sibling is written, forced to disk and renamed, and the folder, which holds the name, is forced too.
 */
public final class DurableFile {
    /** Named by {@link #side}, or by a model bundle, which is a folder. */
    private static final Pattern LEFTOVER = Pattern.compile("\\..+\\.\\d+-\\d+\\.(tmp|old)");

    private static final AtomicLong TEMPORARY = new AtomicLong();

    private DurableFile() {}

    /** Fills a new file from its start. */
    @FunctionalInterface
    public interface Content {
        void to(FileChannel channel) throws IOException;
    }

    /** Fills a file of another name, which does not exist or may be replaced. */
    @FunctionalInterface
    public interface Filler {
        void fill(Path side) throws IOException;
    }

    /** Replaces a file by text. */
    public static void write(Path file, String text) throws IOException {
        write(file, channel -> writeFully(channel, ByteBuffer.wrap(text.getBytes(UTF_8))));
    }

    /** Replaces a file; if that fails, the old one stays and nothing is left beside it. */
    public static void write(Path file, Content content) throws IOException {
        replace(file, side -> fill(side, file, content));
    }

    /** As {@link #write(Path, Content)}, for libraries that open files themselves. */
    public static void replace(Path file, Filler filler) throws IOException {
        Path side = side(file);
        boolean renamed = false;
        try {
            filler.fill(side);
            force(side);
            Faults.point(file);
            Files.move(side, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            renamed = true;
        } finally {
            if (!renamed) {
                deleteQuietly(side);
            }
        }
        Faults.point(file);
        forceFolder(file);
        Faults.point(file);
    }

    private static void fill(Path side, Path file, Content content) throws IOException {
        // Truncating, not CREATE_NEW: in a container every start has the same process id, and a killed one left its
        // sibling.
        try (FileChannel channel = FileChannel.open(
                side, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            Faults.point(file);
            content.to(channel);
            Faults.point(file);
        }
    }

    /** Puts text behind what a file holds; not forced to disk, and cut short by a crash in between. */
    public static void append(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            writeFully(channel, bytes.slice(0, bytes.limit() / 2));
            Faults.point(file);
            writeFully(channel, bytes.position(bytes.limit() / 2));
        }
        Faults.point(file);
    }

    /** Forces to disk what was appended; a file that does not exist is left so. */
    public static void force(Path file) throws IOException {
        if (Files.exists(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
    }

    /** Removes the half-written files and folders that killed processes have left in a folder; none may be writing there now. */
    public static void removeLeftovers(Path folder) throws IOException {
        List<Path> leftovers;
        try (Stream<Path> entries = Files.list(folder)) {
            leftovers = entries.filter(entry ->
                            LEFTOVER.matcher(entry.getFileName().toString()).matches())
                    .toList();
        }
        for (Path leftover : leftovers) {
            try (Stream<Path> within = Files.walk(leftover)) {
                for (Path each : within.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static Path side(Path file) {
        return file.resolveSibling("." + file.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + TEMPORARY.incrementAndGet() + ".tmp");
    }

    /** Makes the new name itself durable. Windows cannot open folders and needs no such thing. */
    private static void forceFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // the file is complete under its name already
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void deleteQuietly(Path side) {
        try {
            Files.deleteIfExists(side);
        } catch (IOException e) {
            // the failure that led here is the one to report
        }
    }
}
