package io.halflight.data;

import io.halflight.HalflightException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * A file of records of one size, read where and when they are wanted. It stays open until it is closed, or until Java finds that nobody has it any
 * more. Unlike a channel, an interrupted thread does not close it for the others.
 */
final class RecordFile implements AutoCloseable {
    /** Asking for the time of the last change takes as long as reading a record of 3 KB (1.7 microseconds), so it is asked once a second. */
    private static final long CHECK_NANOS = 1_000_000_000L;

    private final Path file;
    private final RandomAccessFile open;
    private final int record;
    private final long size;
    private final FileTime changed;
    private long checkedNanos = System.nanoTime();

    /**
     * Opens it.
     *
     * @param record bytes of each
     * @throws HalflightException if it cannot be read
     */
    RecordFile(Path file, int record) {
        this.file = file;
        this.record = record;
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            size = now.size();
            changed = now.lastModifiedTime();
            open = new RandomAccessFile(file.toFile(), "r");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /**
     * A part of a record. One thread at a time reads, the others wait for it.
     *
     * @throws HalflightException if the file cannot be read or is not what it was when it was opened, which is noticed within a second of reading
     */
    synchronized byte[] read(int index, int offset, int length) {
        byte[] bytes = new byte[length];
        try {
            long now = System.nanoTime();
            if (now - checkedNanos > CHECK_NANOS) {
                checkedNanos = now;
                checkUnchanged();
            }
            open.seek((long) index * record + offset);
            open.readFully(bytes);
            return bytes;
        } catch (EOFException e) {
            throw hasChanged();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private void checkUnchanged() throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        if (now.size() != size || !now.lastModifiedTime().equals(changed)) {
            throw hasChanged();
        }
    }

    private HalflightException hasChanged() {
        return HalflightException.run(
                "%s has changed since the run began (it had %d bytes of %s); put the old file back and go on with --resume, or start in a new directory"
                        .formatted(file, size, changed));
    }

    private HalflightException unreadable(IOException e) {
        return HalflightException.run(
                "cannot read %s: %s; see to it that it can be read, and go on with --resume if a run was begun"
                        .formatted(file, e.getMessage()),
                e);
    }

    @Override
    public void close() {
        try {
            open.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
