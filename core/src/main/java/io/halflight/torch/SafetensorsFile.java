package io.halflight.torch;

import io.halflight.HalflightException;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * An open safetensors file with a checked header: the values of all tensors lie one after the other, without overlap or
 * gap, and end where the file ends. Files come from strangers, so nothing in the header is believed, and no memory is
 * reserved beyond the file's own size.
 */
public final class SafetensorsFile implements AutoCloseable {
    /** Room for a hundred thousand tensors; what the text describes may take thirty times its size. */
    private static final long MAX_HEADER = 16 << 20;

    private static final int MAX_DIMENSIONS = 64;

    private static final class Place {
        final Safetensors.Type type;
        final long[] shape;
        final long begin;
        final long end;

        Place(Safetensors.Type type, long[] shape, long begin, long end) {
            this.type = type;
            this.shape = shape;
            this.begin = begin;
            this.end = end;
        }
    }

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, String> metadata;
    private final Map<String, Place> places;

    private SafetensorsFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        long size = channel.size();
        if (size < 8) {
            throw damaged("has %d bytes, fewer than the 8 of a header length".formatted(size));
        }
        long headerLength = read(0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerLength < 2 || headerLength > MAX_HEADER || headerLength > size - 8) {
            throw damaged("says its header has %s bytes, in a file of %d (limit %d)"
                    .formatted(Long.toUnsignedString(headerLength), size, MAX_HEADER));
        }
        dataStart = 8 + headerLength;
        Map<String, @Nullable Object> header = header(read(8, (int) headerLength));
        metadata = metadata(header.remove(Safetensors.METADATA));
        Map<String, Place> found = new LinkedHashMap<>();
        header.forEach((name, entry) -> found.put(name, place(name, entry)));
        places = Collections.unmodifiableMap(found);
        checkLayout(size - dataStart);
        String sum = metadata.get(Checksum.KEY);
        if (sum != null && !sum.equals(Checksum.of(channel))) {
            throw damaged(
                    "is not what was written: its checksum was %s and is now %s".formatted(sum, Checksum.of(channel)));
        }
    }

    static SafetensorsFile open(Path file) {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw HalflightException.run(file + " does not exist: check the path", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        boolean opened = false;
        try {
            SafetensorsFile result = new SafetensorsFile(file, channel);
            opened = true;
            return result;
        } catch (IOException e) {
            throw unreadable(file, e);
        } finally {
            if (!opened) {
                closeQuietly(channel);
            }
        }
    }

    /** Free text by key; empty where the file has none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Names in the order of the header. */
    public Set<String> names() {
        return places.keySet();
    }

    /** Sizes of one tensor; empty for a scalar. */
    public long[] shape(String name) {
        return place(name).shape.clone();
    }

    /**
     * Reads one tensor into fresh memory on the CPU.
     *
     * @throws IllegalArgumentException if the file has no tensor of that name
     */
    public Tensor tensor(String name) {
        Place place = place(name);
        boolean bool = place.type == Safetensors.Type.BOOL;
        // Bytes other than 0 and 1 are no booleans to C++: they are read as bytes and compared with zero.
        Tensor tensor = reserved(name, bool ? ScalarType.Byte : place.type.scalarType, place.shape);
        try {
            if (!Safetensors.fill(tensor, channel, dataStart + place.begin)) {
                throw damaged("ended within tensor \"" + name + "\" although it was longer when opened");
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (!bool) {
            return tensor;
        }
        try (tensor) {
            return tensor.to(ScalarType.Bool);
        }
    }

    private Tensor reserved(String name, ScalarType type, long[] shape) {
        try {
            return Tensors.empty(type, shape);
        } catch (RuntimeException e) { // the native allocator, or sizes beside a zero that it cannot multiply
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw HalflightException.run(
                    "%s: no memory can be had for tensor \"%s\" of %s (%s)"
                            .formatted(file, PickleInput.shown(name), Json.write(shape), why),
                    e);
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException(file + " has no tensor \"" + name + "\"");
        }
        return place;
    }

    private ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw damaged("ended within its header");
            }
        }
        return bytes.flip();
    }

    private Map<String, @Nullable Object> header(ByteBuffer bytes) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return Json.object(Json.parse(text), "the header");
        } catch (CharacterCodingException e) {
            throw damaged("has a header that is not UTF-8");
        } catch (IllegalArgumentException e) {
            throw damaged("has a header that cannot be read: " + e.getMessage());
        }
    }

    private Map<String, String> metadata(@Nullable Object entry) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (entry != null && !(entry instanceof Map)) {
            throw damaged("has " + Safetensors.METADATA + " that is not an object");
        }
        if (entry instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> pair : map.entrySet()) {
                if (!(pair.getKey() instanceof String key) || !(pair.getValue() instanceof String text)) {
                    throw damaged("has metadata \"" + PickleInput.shown(String.valueOf(pair.getKey()))
                            + "\" that is not text");
                }
                texts.put(key, text);
            }
        }
        return Collections.unmodifiableMap(texts);
    }

    private Place place(String name, @Nullable Object entry) {
        if (!(entry instanceof Map<?, ?> fields)) {
            throw damaged(name, "is described by something other than an object");
        }
        Safetensors.Type type = Safetensors.Type.named(fields.get("dtype"));
        if (type == null) {
            throw damaged(
                    name,
                    "has dtype %s; known are F64, F32, F16, BF16, I64, I32, U8 and BOOL"
                            .formatted(Json.write(fields.get("dtype"))));
        }
        long[] shape = naturals(name, "shape", fields.get("shape"));
        if (shape.length > MAX_DIMENSIONS) {
            throw damaged(name, "has %d dimensions; the limit is %d".formatted(shape.length, MAX_DIMENSIONS));
        }
        long[] offsets = naturals(name, "data_offsets", fields.get("data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw damaged(name, "has data_offsets " + Json.write(offsets) + ", not a begin and an end");
        }
        long bytes = type.bytes;
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            throw damaged(name, "has shape " + Json.write(shape) + ", more values than can be counted");
        }
        if (bytes != offsets[1] - offsets[0]) {
            throw damaged(
                    name,
                    "needs %d bytes for %s %s, but has %d"
                            .formatted(bytes, type, Json.write(shape), offsets[1] - offsets[0]));
        }
        return new Place(type, shape, offsets[0], offsets[1]);
    }

    private long[] naturals(String name, String key, @Nullable Object value) {
        if (!(value instanceof List<?> list) || !list.stream().allMatch(v -> v instanceof Long n && n >= 0)) {
            throw damaged(name, "has %s %s, not a list of whole numbers from 0".formatted(key, Json.write(value)));
        }
        return list.stream().mapToLong(v -> (Long) v).toArray();
    }

    private void checkLayout(long dataBytes) {
        List<Map.Entry<String, Place>> sorted = new ArrayList<>(places.entrySet());
        sorted.sort(Comparator.comparingLong((Map.Entry<String, Place> e) -> e.getValue().begin)
                .thenComparingLong(e -> e.getValue().end));
        long end = 0;
        for (Map.Entry<String, Place> entry : sorted) {
            Place place = entry.getValue();
            if (place.end > dataBytes) {
                throw damaged(
                        entry.getKey(),
                        "ends at byte %d of the data, which has %d: the file is truncated"
                                .formatted(place.end, dataBytes));
            }
            if (place.begin < end) {
                throw damaged(
                        entry.getKey(),
                        "starts at byte %d, inside another tensor that ends at %d".formatted(place.begin, end));
            }
            if (place.begin > end) {
                throw damaged(entry.getKey(), "starts at byte %d, leaving a gap after %d".formatted(place.begin, end));
            }
            end = place.end;
        }
        if (end != dataBytes) {
            throw damaged("has %d bytes after its last tensor".formatted(dataBytes - end));
        }
    }

    private HalflightException damaged(String name, String what) {
        return damaged("is not valid: tensor \"" + PickleInput.shown(name) + "\" " + what);
    }

    private HalflightException damaged(String what) {
        return HalflightException.run(
                "%s %s; it is damaged or no safetensors file, fetch or write it again".formatted(file, what));
    }

    private static HalflightException unreadable(Path file, IOException e) {
        return HalflightException.run(
                "%s could not be read (%s): check its permissions and the disk".formatted(file, e), e);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // opened for reading only: nothing can be lost
        }
    }
}
