package io.halflight.torch;

import io.halflight.DurableFile;
import io.halflight.HalflightException;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name in one file, in the safetensors format (github.com/huggingface/safetensors): the length of a JSON header
 * as 8 bytes, the header, the raw little-endian values. Nothing in such a file can be executed.
 */
public final class Safetensors {
    static final String METADATA = "__metadata__";

    /** Bytes moved at once: a ByteBuffer ends at 2 GiB, a tensor does not. */
    private static final long BLOCK = 64L << 20;

    /** The types that can be stored. Booleans take a byte each. */
    enum Type {
        F64(ScalarType.Double, 8),
        I64(ScalarType.Long, 8),
        F32(ScalarType.Float, 4),
        I32(ScalarType.Int, 4),
        F16(ScalarType.Half, 2),
        BF16(ScalarType.BFloat16, 2),
        U8(ScalarType.Byte, 1),
        BOOL(ScalarType.Bool, 1);

        final ScalarType scalarType;
        final int bytes;

        Type(ScalarType scalarType, int bytes) {
            this.scalarType = scalarType;
            this.bytes = bytes;
        }

        static @Nullable Type named(@Nullable Object name) {
            for (Type type : values()) {
                if (type.name().equals(name)) {
                    return type;
                }
            }
            return null;
        }

        static Type of(String name, Tensor tensor) {
            ScalarType wanted = tensor.scalar_type().intern();
            for (Type type : values()) {
                if (type.scalarType == wanted) {
                    return type;
                }
            }
            throw new IllegalArgumentException("tensor " + name + ": safetensors has no " + wanted + " here");
        }
    }

    static {
        NativeTorch.load();
    }

    private Safetensors() {}

    /**
     * Writes a file as a {@link DurableFile}.
     *
     * @param tensors on any device, in any memory layout; defined
     * @param metadata free text by key
     * @throws HalflightException if the disk is full or the folder missing
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        write(file, tensors, metadata, false);
    }

    /**
     * As {@link #write}, with a checksum of the whole file in its metadata. Whoever opens it finds out whether a single bit
     * has changed since.
     */
    public static void writeChecked(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(Checksum.KEY, Checksum.UNKNOWN);
        all.putAll(metadata);
        write(file, tensors, all, true);
    }

    private static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata, boolean checked) {
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        // Wide elements first: then each tensor starts at a multiple of its element size, as memory-mapping readers
        // want.
        order.sort(Comparator.comparingInt(entry -> -Type.of(entry.getKey(), entry.getValue()).bytes));
        byte[] header = header(tensors, metadata, order);
        try {
            DurableFile.write(file, channel -> {
                Checksum sum = new Checksum();
                writeFully(channel, ByteBuffer.wrap(header), sum);
                for (Map.Entry<String, Tensor> entry : order) {
                    writeTensor(channel, entry.getValue(), sum);
                }
                if (checked) {
                    channel.position(Checksum.POSITION);
                    writeFully(channel, ByteBuffer.wrap(sum.digits()), sum);
                }
            });
        } catch (IOException e) {
            throw HalflightException.run(
                    "%s could not be written (%s): check that the folder exists, is writable and has space"
                            .formatted(file, e),
                    e);
        }
    }

    /**
     * Opens a file and checks its whole header; tensors are read when asked for.
     *
     * @throws HalflightException if the file is missing, truncated or not well formed
     */
    public static SafetensorsFile open(Path file) {
        return SafetensorsFile.open(file);
    }

    /** All tensors of a file, on the CPU, in the order of its header. */
    public static Map<String, Tensor> read(Path file) {
        try (SafetensorsFile open = open(file)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : open.names()) {
                tensors.put(name, open.tensor(name));
            }
            return tensors;
        }
    }

    /** The header lists the tensors as the map does; the values lie in their own order. */
    private static byte[] header(
            Map<String, Tensor> tensors, Map<String, String> metadata, List<Map.Entry<String, Tensor>> order) {
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put(METADATA, metadata);
        }
        tensors.keySet().forEach(name -> header.put(name, Map.of())); // keeps the place until the offsets are known
        long end = 0;
        for (Map.Entry<String, Tensor> entry : order) {
            String name = entry.getKey();
            if (name.equals(METADATA)) {
                throw new IllegalArgumentException("a tensor cannot be named " + METADATA);
            }
            Tensor tensor = entry.getValue();
            Type type = Type.of(name, tensor);
            long begin = end;
            end = begin + tensor.numel() * type.bytes;
            Map<String, Object> place = new LinkedHashMap<>();
            place.put("dtype", type.name());
            place.put("shape", tensor.shape());
            place.put("data_offsets", new long[] {begin, end});
            header.put(name, place);
        }
        byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + 7) / 8 * 8; // the format allows trailing spaces; the values then start aligned
        ByteBuffer out = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(padded).put(json);
        while (out.hasRemaining()) {
            out.put((byte) ' ');
        }
        return out.array();
    }

    /** A tensor's values, row by row, in its own type, little-endian. */
    public static void writeValues(FileChannel channel, Tensor tensor) throws IOException {
        writeTensor(channel, tensor, new Checksum());
    }

    private static void writeTensor(FileChannel channel, Tensor tensor, Checksum sum) throws IOException {
        try (PointerScope ignored = new PointerScope()) {
            Tensor dense = tensor.detach().cpu().contiguous();
            long bytes = dense.nbytes();
            for (long at = 0; at < bytes; at += BLOCK) {
                writeFully(channel, memory(dense, at, Math.min(BLOCK, bytes - at)), sum);
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, Checksum sum) throws IOException {
        sum.add(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Fills a dense CPU tensor from a place in a file; false if the file ends before. */
    static boolean fill(Tensor dense, FileChannel channel, long position) throws IOException {
        long bytes = dense.nbytes();
        for (long at = 0; at < bytes; at += BLOCK) {
            ByteBuffer block = memory(dense, at, Math.min(BLOCK, bytes - at));
            long from = position + at;
            while (block.hasRemaining()) {
                if (channel.read(block, from + block.position()) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A window into the tensor's own memory; every platform that libtorch is built for here is little-endian. */
    private static ByteBuffer memory(Tensor dense, long offset, long length) {
        BytePointer start = new BytePointer(dense.data_ptr()).getPointer(offset);
        return start.<BytePointer>capacity(length).asByteBuffer();
    }
}
