package io.halflight.torch;

import io.halflight.HalflightException;
import io.halflight.torch.TensorPlace.Storage;
import io.halflight.torch.TensorPlace.StorageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Tensors by name from a file that Python wrote with {@code torch.save}: a ZIP archive of one pickle and the raw
 * values. Such files come from strangers, and Python may execute what they say; here nothing can be executed, every
 * size is checked before memory is reserved, and all memory together stays in proportion to the file.
 */
public final class PthFile {
    /** A storage may be shared and repeated (tied weights, expanded buffers), a small one any number of times ... */
    private static final long FREE_BYTES = 64L << 20;

    /** ... and a large one in moderation, so that no small file fills the memory. */
    private static final long TIMES_FILE = 4;

    /** The dictionaries in which training programs keep the state beside other things. */
    private static final List<String> WRAPPERS = List.of("state_dict", "model", "model_state_dict");

    /** A checked tensor and where in the file its first value lies. */
    private record Window(TensorPlace place, ScalarType type, long position) {}

    static {
        NativeTorch.load();
    }

    private final Path file;
    private final FileChannel channel;
    private final StoredZip zip;
    private final String root;
    private final long budget;

    private PthFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        checkStart();
        zip = new StoredZip(file, channel);
        String first = zip.entries().keySet().stream().findFirst().orElse("");
        root = first.substring(0, first.indexOf('/') + 1);
        budget = FREE_BYTES + TIMES_FILE * channel.size();
    }

    /**
     * All tensors of a state in fresh memory on the CPU, dense, in the order of the file. The state is the dictionary
     * of the file, or, if that holds no tensor itself, the one dictionary of tensors under {@code state_dict},
     * {@code model} or {@code model_state_dict}. Whatever lies beside the tensors is left out.
     *
     * @throws HalflightException if the file is missing, damaged, of the format before PyTorch 1.6, of big-endian
     *     order, or asks for anything but tensors
     */
    public static Map<String, Tensor> read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new PthFile(file, channel).tensors();
        } catch (NoSuchFileException e) {
            throw HalflightException.run(file + " does not exist: check the path", e);
        } catch (IOException e) {
            throw HalflightException.run(
                    "%s could not be read (%s): check its permissions and the disk".formatted(file, e), e);
        }
    }

    /** Tells the two formats of torch.save apart from what is neither. */
    private void checkStart() throws IOException {
        ByteBuffer start = ByteBuffer.allocate(4);
        while (start.hasRemaining() && channel.read(start, start.position()) >= 0) {
            // a file may arrive in pieces
        }
        if (start.position() > 1 && start.get(0) == (byte) 0x80) { // a pickle's first instruction
            throw HalflightException.run(
                    ("%s has the format of torch.save before PyTorch 1.6, which is not read here: load it in"
                                    + " Python and write it with safetensors.torch.save_file or a current torch.save")
                            .formatted(file));
        }
        if (start.hasRemaining() || Integer.reverseBytes(start.getInt(0)) != StoredZip.LOCAL_HEADER) {
            throw HalflightException.run(
                    "%s is no file of torch.save: it begins with other bytes; check the path or fetch it again"
                            .formatted(file));
        }
    }

    private Map<String, Tensor> tensors() throws IOException {
        StoredZip.Entry pickle = zip.entry(root + "data.pkl");
        if (pickle == null || root.isEmpty()) {
            throw refused("has no data.pkl, so that torch.save did not write it: check the path");
        }
        if (zip.entry(root + "constants.pkl") != null) {
            throw refused("is a TorchScript program: save its state_dict() with torch.save or as safetensors");
        }
        checkByteOrder(zip.entry(root + "byteorder"));
        Object value = RestrictedUnpickler.read(file, zip.bytes(pickle, RestrictedUnpickler.MAX_PICKLE));
        Map<String, TensorPlace> state = state(value);
        Map<String, Window> windows = new LinkedHashMap<>(); // all are checked before memory is reserved for one
        long bytes = 0;
        for (Map.Entry<String, TensorPlace> entry : state.entrySet()) {
            Window window = window(entry.getKey(), entry.getValue());
            windows.put(entry.getKey(), window);
            long more = window.place.memory();
            if (more > budget - bytes) {
                throw refused("has tensors that repeat its values to more than %d bytes: save clones of them"
                        .formatted(budget));
            }
            bytes += more;
        }
        return read(windows);
    }

    private void checkByteOrder(StoredZip.@Nullable Entry entry) throws IOException {
        String order = entry == null ? "little" : new String(zip.bytes(entry, 16), StandardCharsets.UTF_8);
        if (!order.equals("little")) {
            throw refused("has byte order \"%s\": load it in Python on a little-endian machine and save it there"
                    .formatted(PickleInput.shown(order)));
        }
    }

    private Map<String, TensorPlace> state(Object value) {
        if (!(value instanceof Map<?, ?> top)) {
            throw refused("holds no dictionary of tensors: save a model's state_dict()");
        }
        if (hasTensors(top)) {
            return named(top);
        }
        List<Map<?, ?>> inner = new ArrayList<>();
        for (String key : WRAPPERS) {
            if (top.get(key) instanceof Map<?, ?> map && hasTensors(map)) {
                inner.add(map);
            }
        }
        if (inner.size() != 1) {
            throw refused("has %s dictionary of tensors under %s; its keys are %s: save one model's state_dict()"
                    .formatted(
                            inner.isEmpty() ? "no" : "more than one",
                            String.join(", ", WRAPPERS),
                            top.keySet().stream()
                                    .limit(10)
                                    .map(key -> key instanceof String text ? text : "(no text)")
                                    .map(PickleInput::shown)
                                    .collect(Collectors.joining(", ", "[", "]"))));
        }
        return named(inner.get(0));
    }

    private static boolean hasTensors(Map<?, ?> map) {
        return map.values().stream().anyMatch(TensorPlace.class::isInstance);
    }

    private Map<String, TensorPlace> named(Map<?, ?> map) {
        Map<String, TensorPlace> named = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (value instanceof TensorPlace place) {
                if (!(key instanceof String name)) {
                    throw refused("has a tensor whose key is no text: save a model's state_dict()");
                }
                named.put(name, place);
            }
        });
        return named;
    }

    /** Where a tensor's values lie, after the check that all of them lie in its storage and the storage in the file. */
    private Window window(String name, TensorPlace place) throws IOException {
        Storage storage = place.storage();
        StoredZip.Entry entry = zip.entry(root + "data/" + storage.key());
        int bytes = storage.type().bytes;
        if (entry == null || entry.size() % bytes != 0 || entry.size() / bytes != storage.count()) {
            throw damaged(
                    name,
                    "needs a storage %s of %d values of %d bytes, and there is %s"
                            .formatted(
                                    PickleInput.shown(storage.key()),
                                    storage.count(),
                                    bytes,
                                    entry == null ? "none" : "one of " + entry.size() + " bytes"));
        }
        if (!place.fits()) {
            throw damaged(
                    name,
                    "has sizes %s, strides %s and offset %d in a storage of %d values"
                            .formatted(
                                    Arrays.toString(place.sizes()),
                                    Arrays.toString(place.strides()),
                                    place.offset(),
                                    storage.count()));
        }
        return new Window(place, scalarType(storage.type()), zip.position(entry) + place.offset() * bytes);
    }

    private Map<String, Tensor> read(Map<String, Window> windows) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        boolean complete = false;
        try {
            for (Map.Entry<String, Window> entry : windows.entrySet()) {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
            }
            complete = true;
            return tensors;
        } catch (HalflightException e) {
            throw e;
        } catch (RuntimeException e) { // the native allocator, after every check
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw HalflightException.run(
                    "%s does not fit the memory (%s): free some or take a larger machine".formatted(file, why), e);
        } finally {
            if (!complete) {
                tensors.values().forEach(Tensor::close);
            }
        }
    }

    private Tensor tensor(String name, Window window) throws IOException {
        Tensor dense = window.place.isDense() ? filled(name, window, window.place.sizes()) : gathered(name, window);
        if (window.type != ScalarType.Bool) {
            return dense;
        }
        try (dense) {
            return dense.to(ScalarType.Bool);
        }
    }

    private Tensor gathered(String name, Window window) throws IOException {
        try (Tensor raw = filled(name, window, new long[] {window.place.extent()});
                Tensor view = raw.as_strided(window.place.sizes(), window.place.strides())) {
            return view.contiguous(); // copies, since the view is not
        }
    }

    private Tensor filled(String name, Window window, long[] sizes) throws IOException {
        // Bytes other than 0 and 1 are no booleans to C++: they are read as bytes and compared with zero.
        Tensor raw = Tensors.empty(window.type == ScalarType.Bool ? ScalarType.Byte : window.type, sizes);
        boolean whole = false;
        try {
            whole = Safetensors.fill(raw, channel, window.position);
        } finally {
            if (!whole) {
                raw.close();
            }
        }
        if (!whole) {
            throw damaged(name, "ended although it was longer when opened");
        }
        return raw;
    }

    private static ScalarType scalarType(StorageType type) {
        return switch (type) {
            case DOUBLE -> ScalarType.Double;
            case FLOAT -> ScalarType.Float;
            case HALF -> ScalarType.Half;
            case BFLOAT16 -> ScalarType.BFloat16;
            case LONG -> ScalarType.Long;
            case INT -> ScalarType.Int;
            case SHORT -> ScalarType.Short;
            case CHAR -> ScalarType.Char;
            case BYTE, UNTYPED -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }

    private HalflightException refused(String what) {
        return HalflightException.run(file + " " + what);
    }

    private HalflightException damaged(String name, String what) {
        return HalflightException.run("%s is not valid: tensor \"%s\" %s; it is damaged, fetch or write it again"
                .formatted(file, PickleInput.shown(name), what));
    }
}
