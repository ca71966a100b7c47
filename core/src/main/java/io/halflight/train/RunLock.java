package io.halflight.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second process off a run directory. The lock is the operating system's: it ends with the process, however that
 * ends, while the file stays and says whose it was. Removing the file would let two processes lock two files of its name.
 */
final class RunLock implements AutoCloseable {
    static final String FILE = "run.lock";

    /** Behind all text: on Windows a locked byte cannot be read, and the text is for whoever is refused. */
    private static final long LOCKED_BYTE = 1 << 20;

    /** Directories locked by this process: closing a file anew would free what its first opening has locked. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private RunLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /**
     * Locks a directory that exists.
     *
     * @throws HalflightException naming the process that has locked it, or if nothing can be written there
     */
    static RunLock of(Path directory) {
        Path key = directory.toAbsolutePath().normalize();
        try {
            key = directory.toRealPath();
            if (!HELD.add(key)) {
                throw refused(directory, "this process");
            }
            FileChannel channel = null;
            try {
                channel = FileChannel.open(
                        key.resolve(FILE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                if (isFree(channel)) {
                    sign(channel);
                    return new RunLock(key, channel);
                }
                throw refused(directory, owner(channel));
            } catch (IOException | RuntimeException e) {
                HELD.remove(key);
                if (channel != null) {
                    channel.close();
                }
                throw e;
            }
        } catch (IOException e) {
            throw HalflightException.run(
                    "The output directory %s cannot be written (%s); make room or permissions there, or name another with --out."
                            .formatted(directory, e),
                    e);
        }
    }

    private static boolean isFree(FileChannel channel) {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false) != null;
        } catch (IOException e) {
            return true; // a file system without locks, as some network drives are: then nothing protects, as before
        }
    }

    private static void sign(FileChannel channel) throws IOException {
        String text = "process %d, since %s%n"
                .formatted(ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(200);
        channel.read(text, 0);
        String owner = new String(text.array(), 0, text.position(), UTF_8).strip();
        return owner.isEmpty() ? "another process" : owner;
    }

    private static HalflightException refused(Path directory, String owner) {
        return HalflightException.usage(
                "The run in %s is being written by another start (%s); wait until it ends or stop it, or name another directory with --out."
                        .formatted(directory, owner));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the lock goes with the process at the latest
        }
        HELD.remove(key);
    }
}
