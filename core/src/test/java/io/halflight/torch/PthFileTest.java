package io.halflight.torch;

import static io.halflight.torch.PthBytes.archive;
import static io.halflight.torch.PthBytes.dictionary;
import static io.halflight.torch.PthBytes.little;
import static io.halflight.torch.PthBytes.pickle;
import static io.halflight.torch.PthBytes.tensor;
import static io.halflight.torch.PthBytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.halflight.HalflightException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files below {@code pth} are from PyTorch; README.md there says how they were made. */
class PthFileTest {
    @TempDir
    Path folder;

    @Test
    void readsAStateDict() {
        assertState(read("state_dict"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void readsEveryTypeInEveryProtocol(int protocol) {
        Map<String, Tensor> tensors = read("types_protocol" + protocol);
        Map<String, ScalarType> types = new LinkedHashMap<>();
        types.put("float64", ScalarType.Double);
        types.put("float32", ScalarType.Float);
        types.put("float16", ScalarType.Half);
        types.put("bfloat16", ScalarType.BFloat16);
        types.put("int64", ScalarType.Long);
        types.put("int32", ScalarType.Int);
        types.put("int16", ScalarType.Short);
        types.put("int8", ScalarType.Char);
        types.put("uint8", ScalarType.Byte);
        types.put("bool", ScalarType.Bool);
        assertThat(tensors).containsOnlyKeys(types.keySet());
        tensors.forEach((name, tensor) -> {
            assertThat(tensor.scalar_type().intern()).as(name).isEqualTo(types.get(name));
            assertThat(tensor.shape()).as(name).containsExactly(2, 3);
            float[] expected = switch (name) {
                case "uint8" -> new float[] {250, 251, 252, 253, 254, 255};
                case "bool" -> new float[] {0, 1, 0, 1, 0, 1};
                case "int64", "int32", "int16", "int8" -> new float[] {-1, 0, 0, 0, 1, 1};
                default -> new float[] {-1, -0.5f, 0, 0.5f, 1, 1.5f};
            };
            assertThat(Tensors.toFloats(tensor)).as(name).containsExactly(expected);
        });
    }

    @Test
    void readsViewsOfOneStorageAsTensorsOfTheirOwn() {
        Map<String, Tensor> tensors = read("views");
        assertThat(tensors.keySet())
                .containsExactly(
                        "base",
                        "transposed",
                        "slice",
                        "steps",
                        "row",
                        "scalar",
                        "last",
                        "empty",
                        "zeros",
                        "expanded",
                        "again",
                        "flags",
                        "nhwc");
        tensors.forEach(
                (name, tensor) -> assertThat(tensor.is_contiguous()).as(name).isTrue());
        float[] base = counted(24);
        assertTensor(tensors, "base", base, 4, 6);
        assertTensor(tensors, "again", base, 4, 6);
        assertTensor(tensors, "transposed", picked(6, 4, (i, j) -> j * 6 + i), 6, 4);
        assertTensor(tensors, "slice", picked(2, 3, (i, j) -> (i + 1) * 6 + j + 2), 2, 3);
        assertTensor(tensors, "steps", picked(2, 3, (i, j) -> 12 * i + 2 * j + 1), 2, 3);
        assertTensor(tensors, "row", Arrays.copyOfRange(base, 12, 18), 6);
        assertTensor(tensors, "scalar", new float[] {base[15]});
        assertTensor(tensors, "last", new float[] {base[23]}, 1);
        assertTensor(tensors, "empty", new float[0], 0, 6);
        assertTensor(tensors, "zeros", new float[0], 3, 0);
        assertTensor(tensors, "expanded", new float[] {-1, -1, -1, -0.5f, -0.5f, -0.5f}, 2, 3);
        assertTensor(tensors, "flags", new float[] {0, 0, 1, 1, 0, 1, 1, 1}, 2, 4);
        assertThat(tensors.get("flags").scalar_type().intern()).isEqualTo(ScalarType.Bool);
        assertTensor(tensors, "nhwc", counted(24), 2, 3, 2, 2);

        tensors.get("base").zero_();
        assertTensor(tensors, "again", base, 4, 6);
        assertTensor(tensors, "row", Arrays.copyOfRange(base, 12, 18), 6);
    }

    @Test
    void readsParametersAsTensors() {
        Map<String, Tensor> tensors = read("parameter");
        assertThat(tensors.keySet()).containsExactly("weight", "marked");
        assertTensor(tensors, "weight", counted(3), 3);
        assertTensor(tensors, "marked", counted(2), 2);
        assertThat(tensors.get("weight").requires_grad()).isFalse();
    }

    @Test
    void findsTheStateOneLevelDown() {
        assertState(read("nested_state_dict"));
        for (String name : new String[] {"nested_model", "nested_model_state_dict"}) {
            Map<String, Tensor> tensors = read(name);
            assertThat(tensors).containsOnlyKeys("w");
            assertTensor(tensors, "w", counted(2), 2);
        }
    }

    @Test
    void leavesOutWhatLiesBesideTheTensors() {
        Map<String, Tensor> tensors = read("beside");
        assertThat(tensors.keySet()).containsExactly("a", "b");
        assertTensor(tensors, "a", counted(2), 2);
        assertTensor(tensors, "b", counted(1), 1);
    }

    @Test
    void readsBytesThatAreNoBooleansAsTrue() throws IOException {
        String tensor = tensor("Bool", 3, 0, new long[] {3}, new long[] {1});
        Path file = write(archive(dictionary(text("x"), tensor), new byte[] {0, 1, 7}));
        assertThat(Tensors.toLongs(PthFile.read(file).get("x"))).containsExactly(0, 1, 1);
    }

    @Test
    void givesTheTensorsToTheScopeOfTheCaller() {
        read("views").values().forEach(Tensor::close); // classes are loaded now
        long before = Pointer.totalCount();
        Tensor kept;
        try (PointerScope ignored = new PointerScope()) {
            kept = read("views").get("flags");
            assertThat(kept.isNull()).isFalse();
        }
        assertThat(kept.isNull()).isTrue();
        read("views").values().forEach(Tensor::close);
        assertThat(Pointer.totalCount()).as("nothing but the tensors is held").isEqualTo(before);
    }

    static Stream<Arguments> refusedFiles() {
        String never = "; nothing of it was run. Get the weights as safetensors.";
        String attack = ", which a file of weights has no use for" + never;
        String kind = ", a kind of tensor or object that is not read here" + never;
        return Stream.of(
                arguments("system", " asks for posix.system" + attack),
                arguments("eval", " asks for __builtin__.eval" + attack),
                arguments("deep", " asks for __builtin__.exec" + attack),
                arguments("module", " asks for torch.nn.modules.linear.Linear" + kind),
                arguments("complex", " asks for torch.ComplexFloatStorage" + kind),
                arguments("uint16", " asks for torch._utils._rebuild_tensor_v3" + kind),
                arguments(
                        "negated",
                        "negated or conjugated view for a tensor, which is not read here: save a clone() of it"),
                arguments("cyclic", "has a container that contains itself"),
                arguments("two_states", "has more than one dictionary of tensors under state_dict, model,"),
                arguments(
                        "legacy",
                        "format of torch.save before PyTorch 1.6, which is not read here: load it in Python"));
    }

    @ParameterizedTest
    @MethodSource("refusedFiles")
    void refusesAndRunsNothing(String name, String what) {
        assertRefused(resource(name), what);
        assertThat(Path.of("pth-was-run")).doesNotExist();
    }

    /** The brief form of the attack: two names and a call, as old as pickle itself. */
    @Test
    void refusesACommandInEveryNotation() throws IOException {
        Path made = folder.resolve("made");
        String command = text("touch " + made);
        for (String system : new String[] {"cos\nsystem\n", "\u008c\u0002os\u008c\u0006system\u0093"}) {
            for (String call : new String[] {system + command + "\u0085R", system}) {
                Path file = write(archive(dictionary(text("w"), call), new byte[0]));
                assertRefused(
                        file, " asks for os.system, which a file of weights has no use for; nothing of it was run.");
            }
        }
        assertThat(made).doesNotExist();
    }

    static Stream<Arguments> places() {
        long big = 1L << 62;
        return Stream.of(
                arguments(
                        4, 0, new long[] {5}, new long[] {1}, "sizes [5], strides [1] and offset 0 in a storage of 4"),
                arguments(4, 1, new long[] {4}, new long[] {1}, "offset 1 in a storage of 4 values"),
                arguments(4, 4, new long[] {}, new long[] {}, "offset 4"),
                arguments(4, 5, new long[] {0}, new long[] {1}, "offset 5"),
                arguments(4, -1, new long[] {1}, new long[] {1}, "offset -1"),
                arguments(4, Long.MAX_VALUE, new long[] {2}, new long[] {1}, "offset 9223372036854775807"),
                arguments(4, 0, new long[] {-1}, new long[] {1}, "sizes [-1]"),
                arguments(4, 0, new long[] {0, -1}, new long[] {1, 1}, "sizes [0, -1]"),
                arguments(4, 3, new long[] {2}, new long[] {-1}, "strides [-1]"),
                arguments(4, 0, new long[] {2, 2}, new long[] {3, 1}, "strides [3, 1]"),
                arguments(4, 0, new long[] {2}, new long[] {1, 1}, "strides [1, 1]"),
                arguments(4, 0, new long[] {big, 4, 4}, new long[] {0, 0, 0}, "sizes [4611686018427387904, 4, 4]"),
                arguments(4, 0, new long[] {0, big, 4}, new long[] {1, 1, 1}, "sizes [0, 4611686018427387904, 4]"),
                arguments(4, 0, new long[] {3}, new long[] {big}, "strides [4611686018427387904]"),
                arguments(4, 0, new long[] {1L << 40}, new long[] {0}, "repeat its values to more than"),
                arguments(
                        5,
                        0,
                        new long[] {1},
                        new long[] {1},
                        "needs a storage 0 of 5 values of 4 bytes, and there is one of 16"),
                arguments(3, 0, new long[] {1}, new long[] {1}, "needs a storage 0 of 3 values"),
                arguments(-4, 0, new long[] {1}, new long[] {1}, "needs a storage 0 of -4 values"),
                arguments(big, 0, new long[] {1}, new long[] {1}, "needs a storage 0 of 4611686018427387904 values"));
    }

    @ParameterizedTest
    @MethodSource("places")
    void refusesATensorOutsideItsStorage(long count, long offset, long[] sizes, long[] strides, String what)
            throws IOException {
        String tensor = tensor("Float", count, offset, sizes, strides);
        assertRefused(write(archive(dictionary(text("w\n"), tensor), new byte[16])), what);
    }

    @Test
    void refusesMoreDimensionsThanAnyTensorHas() throws IOException {
        String tensor = tensor("Float", 4, 0, new long[65], new long[65]);
        assertRefused(write(archive(dictionary(text("w"), tensor), new byte[16])), "tuple of at most 64 numbers");
    }

    /** Each tensor alone is harmless: a few bytes of pickle repeat a megabyte. */
    @Test
    void refusesASmallFileOfManyLargeTensors() throws IOException {
        int count = 1 << 18;
        String tensor = tensor("Float", count, 0, new long[] {count}, new long[] {1});
        StringBuilder dictionary = new StringBuilder("}(" + text("first") + tensor + "q\u0000");
        for (int i = 0; i < 80; i++) {
            dictionary.append(text("w" + i)).append("h\u0000");
        }
        assertRefused(write(archive(dictionary.append('u').toString(), new byte[4 * count])), "repeat its values");
    }

    @Test
    void refusesWhatHoldsNoState() throws IOException {
        String tensor = tensor("Float", 4, 0, new long[] {4}, new long[] {1});
        byte[] storage = new byte[16];
        assertRefused(write(archive(tensor, storage)), "holds no dictionary of tensors");
        assertRefused(write(archive("](" + tensor + "e", storage)), "holds no dictionary of tensors");
        assertRefused(
                write(archive(dictionary(text("net\n"), dictionary(text("w"), tensor), "K\u0001", "N"), storage)),
                "under state_dict, model, model_state_dict; its keys are [net?, (no text)]");
        assertRefused(write(archive(dictionary("K\u0001", tensor), storage)), "has a tensor whose key is no text");
    }

    @Test
    void refusesAnArchiveThatTorchSaveDoesNotWrite() throws IOException {
        String weights = dictionary(text("w"), tensor("Float", 1, 0, new long[] {1}, new long[] {1}));
        Map<String, byte[]> entries = archive(weights, new byte[4]);
        assertThat(PthFile.read(write(entries))).containsOnlyKeys("w");

        byte[] order = "little".getBytes(StandardCharsets.US_ASCII);
        entries.put("x/byteorder", order);
        assertThat(PthFile.read(write(entries))).containsOnlyKeys("w");
        entries.put("x/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
        assertRefused(write(entries), "has byte order \"big\": load it in Python on a little-endian machine");
        entries.put("x/byteorder", new byte[17]);
        assertRefused(write(entries), "entry x/byteorder has 17 bytes; the limit is 16");
        entries.put("x/byteorder", order);

        assertRefused(
                Files.write(folder.resolve("packed.pth"), PthBytes.zip(entries, ZipEntry.DEFLATED)),
                "has entry x/data.pkl compressed or encrypted, which torch.save does not do");
        entries.put("x/dat2.pkl", pickle("}"));
        String twice = new String(PthBytes.zip(entries, ZipEntry.STORED), StandardCharsets.ISO_8859_1);
        assertRefused(
                Files.write(
                        folder.resolve("twice.pth"),
                        twice.replace("dat2", "data").getBytes(StandardCharsets.ISO_8859_1)),
                "entry x/data.pkl occurs twice");
        assertRefused(
                Files.write(
                        folder.resolve("names.pth"),
                        twice.replaceFirst("x/data/0", "x/data/1").getBytes(StandardCharsets.ISO_8859_1)),
                "entry x/data/0 has another name in its own header");
        entries.remove("x/dat2.pkl");

        entries.put("x/constants.pkl", pickle("}"));
        assertRefused(write(entries), "is a TorchScript program");
        entries.remove("x/constants.pkl");
        entries.remove("x/data/0");
        assertRefused(write(entries), "tensor \"w\" needs a storage 0 of 1 values of 4 bytes, and there is none");
        assertRefused(write(Map.of("x/other", new byte[1])), "has no data.pkl");
        assertRefused(write(Map.of("data.pkl", pickle("}"))), "has no data.pkl");
    }

    @Test
    void refusesADirectoryBeyondTheLimits() throws IOException {
        byte[] zip = PthBytes.zip(archive("}", new byte[0]), ZipEntry.STORED);
        int end = zip.length - 22;
        assertRefused(patched(zip, end + 12, 64 << 20), "entries in 67108864 bytes; the limits are");
        assertRefused(patched(zip, end + 16, 0x7FFFFFFF), "directory is said to begin at byte 2147483647");
        assertRefused(patched(zip, end + 16, 0), "directory breaks off at entry 0");
        assertRefused(patched(zip, end, 0), "ends without a directory");
    }

    @Test
    void namesAFileThatIsNoneOfTorchSave() throws IOException {
        assertRefused(folder.resolve("missing.pth"), " does not exist: check the path");
        assertRefused(folder, " could not be read");
        Path file = folder.resolve("x.pth");
        for (byte[] bytes :
                new byte[][] {{}, {'P'}, {'P', 'K', 3}, "version https://".getBytes(StandardCharsets.US_ASCII)}) {
            Files.write(file, bytes);
            assertRefused(file, " is no file of torch.save: it begins with other bytes");
        }
    }

    @Test
    void refusesAFileCutAnywhere() throws IOException {
        byte[] whole = Files.readAllBytes(resource("state_dict"));
        Path cut = folder.resolve("cut.pth");
        for (int length = 0; length < whole.length; length++) {
            replace(cut, Arrays.copyOf(whole, length));
            assertRefused(cut, "");
        }
    }

    /** Positions beyond 4 GiB stand in other fields of the directory; no memory but the tensors' own is needed. */
    @Test
    void readsFromAFileBeyondFourGigabytes() throws IOException {
        long large = 5L << 30;
        String pickle = dictionary(
                text("end"), tensor("Byte", large, large - 3, new long[] {3}, new long[] {1}),
                text("rows"), tensor("Byte", large, 1, new long[] {2, 1}, new long[] {4, large}),
                text("small"),
                        tensor("Int", 2, 0, new long[] {2}, new long[] {1}).replace(text("0"), text("1")));
        byte[] program = pickle(pickle);
        Path file = folder.resolve("large.pth");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE, StandardOpenOption.WRITE)) {
            String[] names = {"x/data.pkl", "x/data/0", "x/data/1"};
            long[] sizes = {program.length, large, 8};
            StringBuilder directory = new StringBuilder();
            long at = 0;
            for (int i = 0; i < names.length; i++) {
                put(channel, at, "PK\3\4" + little(0, 22) + little(names[i].length(), 4) + names[i]);
                directory
                        .append("PK\1\2" + little(0, 16) + little(-1, 4) + little(-1, 4) + little(names[i].length(), 2))
                        .append(little(32, 2) + little(0, 10) + little(-1, 4) + names[i])
                        .append(little(9, 2) + little(0, 2) + little(1, 2) + little(24, 2))
                        .append(little(sizes[i], 8) + little(sizes[i], 8) + little(at, 8));
                long start = at + 30 + names[i].length();
                if (i == 0) {
                    put(channel, start, new String(program, StandardCharsets.ISO_8859_1));
                } else {
                    put(channel, start + 1, i == 1 ? "\7\0\0\0\u0009" : "\0\0\1\2");
                    put(channel, start + sizes[i] - 3, "\1\2\3");
                }
                at = start + sizes[i];
            }
            put(channel, at, directory.toString());
            long end = at + directory.length();
            put(
                    channel,
                    end,
                    "PK\6\6" + little(44, 8) + little(0, 12) + little(3, 8) + little(3, 8)
                            + little(directory.length(), 8) + little(at, 8) + "PK\6\7" + little(0, 4) + little(end, 8)
                            + little(1, 4) + "PK\5\6" + little(0, 4) + little(-1, 4) + little(-1, 8) + little(0, 2));
        }
        try (PointerScope ignored = new PointerScope()) {
            Map<String, Tensor> tensors = PthFile.read(file);
            assertThat(Tensors.toLongs(tensors.get("end"))).containsExactly(1, 2, 3);
            assertThat(Tensors.toLongs(tensors.get("rows"))).containsExactly(7, 9);
            assertThat(Tensors.toLongs(tensors.get("small"))).containsExactly(0x01000000, 0x03020102);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void anyDamageEndsInTensorsOrARefusal() throws IOException {
        Path file = folder.resolve("damaged.pth");
        int read = 0;
        int refused = 0;
        for (String name : new String[] {"state_dict", "views", "types_protocol5", "nested_model_state_dict"}) {
            byte[] whole = Files.readAllBytes(resource(name));
            int pickleEnd = new String(whole, StandardCharsets.ISO_8859_1).indexOf("PK\3\4", 4);
            for (int seed = 0; seed < 1500; seed++) {
                replace(file, damaged(whole, pickleEnd, new Random(seed)));
                try (PointerScope ignored = new PointerScope()) {
                    PthFile.read(file).values().forEach(tensor -> Tensors.toFloats(tensor));
                    read++;
                } catch (HalflightException e) {
                    assertThat(e.getMessage())
                            .as("%s, seed %d", name, seed)
                            .hasLineCount(1)
                            .startsWith(file.toString());
                    refused++;
                } catch (Throwable e) {
                    throw new AssertionError(name + ", seed " + seed, e);
                }
            }
        }
        assertThat(read).as("damage to values and times goes unnoticed").isGreaterThan(500);
        assertThat(refused).isGreaterThan(1000);
    }

    private static byte[] damaged(byte[] whole, int pickleEnd, Random random) {
        byte[] bytes = whole.clone();
        int range = random.nextBoolean() ? pickleEnd : bytes.length; // half of the damage hits the pickle
        switch (random.nextInt(5)) {
            case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> bytes[random.nextInt(range)] = (byte) random.nextInt();
            case 2 -> { // the end of the directory, where the positions stand
                int at = bytes.length - 1 - random.nextInt(300);
                bytes[at] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt());
            }
            case 3 -> {
                int length = random.nextInt(16);
                System.arraycopy(bytes, random.nextInt(range - 16), bytes, random.nextInt(range - 16), length);
            }
            default -> {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    bytes[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return bytes;
    }

    private static void assertState(Map<String, Tensor> tensors) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("0.weight", new long[] {2, 1, 2, 2});
        shapes.put("0.bias", new long[] {2});
        shapes.put("1.weight", new long[] {2});
        shapes.put("1.bias", new long[] {2});
        shapes.put("1.running_mean", new long[] {2});
        shapes.put("1.running_var", new long[] {2});
        shapes.put("1.num_batches_tracked", new long[0]);
        assertThat(tensors.keySet()).containsExactlyElementsOf(shapes.keySet());
        int k = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            assertThat(entry.getValue().shape()).as(entry.getKey()).containsExactly(shapes.get(entry.getKey()));
            if (entry.getKey().equals("1.num_batches_tracked")) {
                assertThat(entry.getValue().scalar_type().intern()).isEqualTo(ScalarType.Long);
                assertThat(Tensors.toLongs(entry.getValue())).containsExactly((1L << 40) + 1);
            } else {
                float[] expected = new float[(int) entry.getValue().numel()];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = (100 * k + i) / 8f;
                }
                assertThat(Tensors.toFloats(entry.getValue()))
                        .as(entry.getKey())
                        .containsExactly(expected);
            }
            k++;
        }
    }

    private interface Index {
        int at(int i, int j);
    }

    private static float[] picked(int rows, int columns, Index index) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = counted(24)[index.at(i / columns, i % columns)];
        }
        return values;
    }

    private static float[] counted(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i / 2f - 1;
        }
        return values;
    }

    private static void assertTensor(Map<String, Tensor> tensors, String name, float[] values, long... shape) {
        assertThat(tensors.get(name).shape()).as(name).containsExactly(shape);
        assertThat(Tensors.toFloats(tensors.get(name))).as(name).containsExactly(values);
    }

    private static void assertRefused(Path file, String what) {
        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> PthFile.read(file))
                .withMessageStartingWith(file.toString())
                .withMessageContaining(what)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(HalflightException.Kind.RUN));
    }

    private static Map<String, Tensor> read(String name) {
        return PthFile.read(resource(name));
    }

    private static Path resource(String name) {
        try {
            return Path.of(PthFileTest.class.getResource("pth/" + name + ".pth").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path write(Map<String, byte[]> entries) throws IOException {
        return PthBytes.write(folder.resolve("x.pth"), entries);
    }

    /** Some file systems wait for the disk where a file is emptied and written again, but not where it is new. */
    private static void replace(Path file, byte[] bytes) throws IOException {
        Files.deleteIfExists(file);
        Files.write(file, bytes);
    }

    private Path patched(byte[] zip, int at, int value) throws IOException {
        byte[] bytes = zip.clone();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return Files.write(folder.resolve("patched.pth"), bytes);
    }

    private static void put(FileChannel channel, long position, String chars) throws IOException {
        channel.write(ByteBuffer.wrap(chars.getBytes(StandardCharsets.ISO_8859_1)), position);
    }
}
