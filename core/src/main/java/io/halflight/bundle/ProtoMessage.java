package io.halflight.bundle;

import io.halflight.torch.Safetensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A message in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): fields in the order in which they
 * are added, each a key and a value. Tensors are not copied but written from where they lie.
 */
final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final List<Object> parts = new ArrayList<>(); // byte[] and Tensor
    private long size;

    /** An integer or an enumeration's value, not negative. */
    ProtoMessage number(int field, long value) {
        return add(key(field, VARINT), varint(value));
    }

    /** A float. */
    ProtoMessage real(int field, double value) {
        int bits = Integer.reverseBytes(Float.floatToIntBits((float) value));
        return add(key(field, FIXED32), ByteBuffer.allocate(4).putInt(bits).array());
    }

    ProtoMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtoMessage bytes(int field, byte[] value) {
        return add(key(field, BYTES), varint(value.length), value);
    }

    ProtoMessage message(int field, ProtoMessage value) {
        add(key(field, BYTES), varint(value.size));
        parts.addAll(value.parts);
        size += value.size;
        return this;
    }

    /** A tensor's values as bytes. */
    ProtoMessage values(int field, Tensor tensor) {
        add(key(field, BYTES), varint(tensor.nbytes()));
        parts.add(tensor);
        size += tensor.nbytes();
        return this;
    }

    /** In bytes. */
    long size() {
        return size;
    }

    void writeTo(FileChannel channel) throws IOException {
        for (Object part : parts) {
            if (part instanceof Tensor tensor) {
                Safetensors.writeValues(channel, tensor);
            } else {
                ByteBuffer bytes = ByteBuffer.wrap((byte[]) part);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        }
    }

    private ProtoMessage add(byte[]... pieces) {
        for (byte[] piece : pieces) {
            parts.add(piece);
            size += piece.length;
        }
        return this;
    }

    private static byte[] key(int field, int type) {
        return varint((long) field << 3 | type);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        while (rest > 0x7f) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }
}
