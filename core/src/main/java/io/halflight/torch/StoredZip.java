package io.halflight.torch;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the entries of a ZIP file lie, for archives that store without compressing, in files of any size. What is
 * needed here and java.util.zip does not tell is the position of an entry's first byte, so that values go straight to
 * native memory. Nothing in the directory is believed: every range is checked against the file.
 */
final class StoredZip {
    /** A hundred thousand tensors have as many entries. */
    static final int MAX_ENTRIES = 200_000;

    static final int MAX_DIRECTORY = 32 << 20;

    static final int LOCAL_HEADER = 0x04034b50;
    private static final int DIRECTORY_HEADER = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int MAX_COMMENT = 0xFFFF;
    private static final int END_LENGTH = 22;
    private static final int LOCATOR_LENGTH = 20;
    private static final long IN_EXTRA_FIELD = 0xFFFFFFFFL;

    /**
     * One entry as the directory describes it.
     *
     * @param header position of the entry's own header, which precedes its bytes
     */
    record Entry(String name, long header, long size) {}

    private final Path file;
    private final FileChannel channel;
    private final long directory;
    private final Map<String, Entry> entries;

    StoredZip(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long size = channel.size();
        int tailLength = (int) Math.min(size, END_LENGTH + MAX_COMMENT);
        ByteBuffer tail = read(size - tailLength, tailLength);
        int end = end(tail);
        long count = tail.getShort(end + 10) & 0xFFFF;
        long length = tail.getInt(end + 12) & 0xFFFFFFFFL;
        long start = tail.getInt(end + 16) & 0xFFFFFFFFL;
        long limit = size - tailLength + end;
        if (limit >= LOCATOR_LENGTH) {
            ByteBuffer locator = read(limit - LOCATOR_LENGTH, LOCATOR_LENGTH);
            if (locator.getInt(0) == LOCATOR_64) {
                long position = locator.getLong(8);
                if (position < 0 || position > limit - LOCATOR_LENGTH - 56) {
                    throw damaged("its directory's end is said to lie at byte " + position);
                }
                limit = position;
                ByteBuffer end64 = read(position, 56);
                if (end64.getInt(0) != END_64) {
                    throw damaged("its directory has no end");
                }
                count = end64.getLong(32);
                length = end64.getLong(40);
                start = end64.getLong(48);
            }
        }
        if (count < 0 || count > MAX_ENTRIES || length < 0 || length > MAX_DIRECTORY) {
            throw damaged("its directory is said to have %d entries in %d bytes; the limits are %d and %d"
                    .formatted(count, length, MAX_ENTRIES, MAX_DIRECTORY));
        }
        if (start < 0 || start > limit - length) {
            throw damaged("its directory is said to begin at byte %d of %d".formatted(start, size));
        }
        directory = start;
        entries = Collections.unmodifiableMap(entries(read(start, (int) length), (int) count));
    }

    /** By name, in the order of the directory. */
    Map<String, Entry> entries() {
        return entries;
    }

    @Nullable
    Entry entry(String name) {
        return entries.get(name);
    }

    /** The position of an entry's first byte; all its bytes lie within the file. */
    long position(Entry entry) throws IOException {
        byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
        if (entry.header < 0 || entry.header > directory - 30) {
            throw damaged(entry, "is said to begin at byte " + entry.header);
        }
        ByteBuffer header = read(entry.header, 30);
        if (header.getInt(0) != LOCAL_HEADER || header.getShort(8) != 0) {
            throw damaged(entry, "has no header of its own");
        }
        int nameLength = header.getShort(26) & 0xFFFF;
        long position = entry.header + 30 + nameLength + (header.getShort(28) & 0xFFFF);
        if (position > directory - entry.size) {
            throw damaged(entry, "is said to have %d bytes, more than there are".formatted(entry.size));
        }
        if (nameLength != name.length || !read(entry.header + 30, nameLength).equals(ByteBuffer.wrap(name))) {
            throw damaged(entry, "has another name in its own header");
        }
        return position;
    }

    /** All bytes of a small entry. */
    byte[] bytes(Entry entry, int limit) throws IOException {
        if (entry.size > limit) {
            throw damaged(entry, "has %d bytes; the limit is %d".formatted(entry.size, limit));
        }
        byte[] bytes = new byte[(int) entry.size];
        read(position(entry), bytes.length).get(bytes);
        return bytes;
    }

    private int end(ByteBuffer tail) {
        for (int at = tail.limit() - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == END && at + END_LENGTH + (tail.getShort(at + 20) & 0xFFFF) == tail.limit()) {
                return at;
            }
        }
        throw damaged("it ends without a directory, so that it is truncated or followed by other bytes");
    }

    private Map<String, Entry> entries(ByteBuffer bytes, int count) {
        Map<String, Entry> found = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            int at = bytes.position();
            if (bytes.remaining() < 46 || bytes.getInt(at) != DIRECTORY_HEADER) {
                throw damaged("its directory breaks off at entry " + i);
            }
            int nameLength = bytes.getShort(at + 28) & 0xFFFF;
            int extraLength = bytes.getShort(at + 30) & 0xFFFF;
            int next = at + 46 + nameLength + extraLength + (bytes.getShort(at + 32) & 0xFFFF);
            if (next > bytes.limit()) {
                throw damaged("its directory breaks off at entry " + i);
            }
            String name = StandardCharsets.UTF_8
                    .decode(bytes.slice(at + 46, nameLength))
                    .toString();
            ByteBuffer extra = bytes.slice(at + 46 + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN);
            Entry entry = entry(name, bytes, at, extra);
            if (found.put(name, entry) != null) {
                throw damaged(entry, "occurs twice");
            }
            bytes.position(next);
        }
        return found;
    }

    private Entry entry(String name, ByteBuffer bytes, int at, ByteBuffer extra) {
        long packed = bytes.getInt(at + 20) & 0xFFFFFFFFL;
        long size = bytes.getInt(at + 24) & 0xFFFFFFFFL;
        long header = bytes.getInt(at + 42) & 0xFFFFFFFFL;
        if (bytes.getShort(at + 10) != 0 || (bytes.getShort(at + 8) & 1) != 0) {
            throw HalflightException.run(
                    ("%s has entry %s compressed or encrypted, which torch.save does not do:" + " save it again")
                            .formatted(file, PickleInput.shown(name)));
        }
        if (size == IN_EXTRA_FIELD || packed == IN_EXTRA_FIELD || header == IN_EXTRA_FIELD) {
            ByteBuffer wide = wide(extra);
            size = size == IN_EXTRA_FIELD && wide.remaining() >= 8 ? wide.getLong() : size;
            packed = packed == IN_EXTRA_FIELD && wide.remaining() >= 8 ? wide.getLong() : packed;
            header = header == IN_EXTRA_FIELD && wide.remaining() >= 8 ? wide.getLong() : header;
        }
        Entry entry = new Entry(name, header, size);
        if (size < 0 || size != packed) {
            throw damaged(entry, "is said to have %d bytes stored as %d".formatted(size, packed));
        }
        return entry;
    }

    /** The 64-bit values for those that do not fit the directory's 32 bits; empty where there are none. */
    private static ByteBuffer wide(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int tag = extra.getShort();
            int length = extra.getShort() & 0xFFFF;
            if (length > extra.remaining()) {
                break;
            }
            if (tag == 1) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw damaged("it ended although it was longer when opened");
            }
        }
        return bytes.flip();
    }

    private HalflightException damaged(Entry entry, String what) {
        return damaged("entry %s %s".formatted(PickleInput.shown(entry.name), what));
    }

    private HalflightException damaged(String what) {
        return HalflightException.run("%s is not a whole ZIP file: %s; fetch or write it again".formatted(file, what));
    }
}
