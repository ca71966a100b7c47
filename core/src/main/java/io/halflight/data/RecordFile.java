package io.halflight.data;

import io.halflight.HalflightException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file of records of one size, read where and when they are wanted. It stays open for as long as it is in use; unlike a channel, an interrupted
 * thread does not close it for the others.
 */
final class RecordFile {
    private final Path file;
    private final RandomAccessFile open;
    private final int record;

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
            open = new RandomAccessFile(file.toFile(), "r");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** A part of a record. One thread at a time reads, the others wait for it. */
    synchronized byte[] read(int index, int offset, int length) {
        byte[] bytes = new byte[length];
        try {
            open.seek((long) index * record + offset);
            open.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private HalflightException unreadable(IOException e) {
        String why = e instanceof EOFException ? "it became shorter" : e.getMessage();
        return HalflightException.run("cannot read %s: %s".formatted(file, why), e);
    }
}
