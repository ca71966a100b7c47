package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Scalars for TensorBoard: records of a length and a protocol buffer, each with a masked CRC-32C (tensorflow/core/lib/io/record_writer.h,
 * core/util/event.proto, core/framework/summary.proto).
 */
final class EventFile implements AutoCloseable {
    private static final int MASK = 0xa282ead8;

    private static final int DOUBLE = 1;
    private static final int BYTES = 2;
    private static final int FLOAT = 5;

    private final OutputStream out;

    EventFile(Path file, double wallSeconds) throws IOException {
        out = new BufferedOutputStream(Files.newOutputStream(file));
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        fixed(event, 1, wallSeconds);
        bytes(event, 3, "brain.Event:2".getBytes(UTF_8)); // file_version
        record(event.toByteArray());
    }

    void scalar(String tag, long step, double wallSeconds, double value) throws IOException {
        ByteArrayOutputStream scalar = new ByteArrayOutputStream();
        bytes(scalar, 1, tag.getBytes(UTF_8)); // Summary.Value.tag
        scalar.write(2 << 3 | FLOAT); // Summary.Value.simple_value
        scalar.writeBytes(little(4).putFloat((float) value).array());
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        bytes(summary, 1, scalar.toByteArray()); // Summary.value
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        fixed(event, 1, wallSeconds); // Event.wall_time
        event.write(2 << 3); // Event.step
        varint(event, step);
        bytes(event, 5, summary.toByteArray()); // Event.summary
        record(event.toByteArray());
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void record(byte[] event) throws IOException {
        byte[] length = little(8).putLong(event.length).array();
        out.write(length);
        out.write(checksum(length));
        out.write(event);
        out.write(checksum(event));
    }

    private static byte[] checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        int value = (int) crc.getValue();
        return little(4).putInt(Integer.rotateRight(value, 15) + MASK).array();
    }

    private static void fixed(ByteArrayOutputStream to, int field, double value) {
        to.write(field << 3 | DOUBLE);
        to.writeBytes(little(8).putDouble(value).array());
    }

    private static void bytes(ByteArrayOutputStream to, int field, byte[] value) {
        to.write(field << 3 | BYTES);
        varint(to, value.length);
        to.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream to, long value) {
        long rest = value;
        while (rest > 0x7f) {
            to.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        to.write((int) rest);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
