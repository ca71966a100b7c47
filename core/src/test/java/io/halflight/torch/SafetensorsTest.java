package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.halflight.HalflightException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Safetensors.Type.class)
    void readsBackEveryType(Safetensors.Type type) {
        Tensor tensor =
                Tensors.floats(new float[] {0, 1, 2.5f, 100, 200, 3}, 3, 2).to(type.scalarType);
        Path file = folder.resolve("one.safetensors");
        Safetensors.write(file, Map.of("x", tensor), Map.of());

        Tensor back = Safetensors.read(file).get("x");
        assertThat(back.scalar_type().intern()).isEqualTo(type.scalarType);
        assertThat(back.shape()).containsExactly(3, 2);
        assertThat(back.equal(tensor)).isTrue();
    }

    @Test
    void readsBackNamesShapesMetadataAndStridedTensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(
                "layer1.0.weight",
                Tensors.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).t());
        tensors.put("flags \"é\"", Tensors.longs(new long[] {1, 0, 1}).to(ScalarType.Bool));
        tensors.put("steps", Tensors.longs(new long[] {42}).squeeze());
        tensors.put("none", Tensors.floats(new float[0], 0, 4));
        tensors.put("weight", Tensors.floats(new float[] {7}).set_requires_grad(true));
        Path file = folder.resolve("many.safetensors");
        Safetensors.write(file, tensors, Map.of("format", "pt", "note", "two\nlines"));

        try (SafetensorsFile open = Safetensors.open(file)) {
            assertThat(open.names()).containsExactlyElementsOf(tensors.keySet());
            assertThat(open.metadata()).isEqualTo(Map.of("format", "pt", "note", "two\nlines"));
            assertThat(open.shape("layer1.0.weight")).containsExactly(3, 2);
            assertThat(open.shape("steps")).isEmpty();
            assertThat(open.shape("none")).containsExactly(0, 4);
            assertThat(Tensors.toFloats(open.tensor("layer1.0.weight"))).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(Tensors.toLongs(open.tensor("flags \"é\""))).containsExactly(1, 0, 1);
            assertThat(Tensors.toLongs(open.tensor("steps"))).containsExactly(42);
            assertThat(open.tensor("none").numel()).isZero();
            assertThat(open.tensor("weight").requires_grad()).isFalse();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> open.tensor("bias"))
                    .withMessageContaining("\"bias\"");
        }
    }

    @Test
    void writesTheBytesThatTheFormatDefines() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensors.longs(new long[] {1}).to(ScalarType.Byte));
        tensors.put("f", Tensors.floats(new float[] {1, -2}, 1, 2));
        Path file = folder.resolve("bytes.safetensors");
        Safetensors.write(file, tensors, Map.of());

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) bytes.getLong();
        assertThat(header % 8).isZero();
        byte[] json = new byte[header];
        bytes.get(json);
        assertThat(new String(json, StandardCharsets.UTF_8).strip())
                .isEqualTo("{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]},"
                        + "\"f\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}");
        assertThat(bytes.getFloat()).isEqualTo(1);
        assertThat(bytes.getFloat()).isEqualTo(-2);
        assertThat(bytes.get()).isEqualTo((byte) 1);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void movesMoreThanOneBlock() {
        long rows = (70L << 20) / 4 / 1024; // 70 MiB
        Tensor big = torch.arange(new org.bytedeco.pytorch.Scalar(rows * 1024)).to(ScalarType.Int);
        Path file = folder.resolve("big.safetensors");
        Safetensors.write(file, Map.of("big", big), Map.of());
        assertThat(Safetensors.read(file).get("big").equal(big)).isTrue();
    }

    @Test
    void replacesTheOldFileWholeOrNotAtAll() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, Map.of("x", Tensors.floats(new float[] {1})), Map.of());
        Safetensors.write(file, Map.of("x", Tensors.floats(new float[] {2})), Map.of());
        assertThat(Tensors.toFloats(Safetensors.read(file).get("x"))).containsExactly(2);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.write(
                        file, Map.of("x", Tensors.floats(new float[] {3}).to(ScalarType.ComplexFloat)), Map.of()))
                .withMessageContaining("tensor x");
        assertThat(Tensors.toFloats(Safetensors.read(file).get("x"))).containsExactly(2);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("no temporary file stays").containsExactly(file);
        }
    }

    @Test
    void namesTheFileThatCannotBeWrittenOrFound() {
        Path file = folder.resolve("missing").resolve("model.safetensors");
        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> Safetensors.write(file, Map.of(), Map.of()))
                .withMessageContaining(file.toString())
                .withMessageContaining("check that the folder exists");
        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> Safetensors.open(file))
                .withMessageContaining(file + " does not exist");
    }

    @Test
    void readsBytesThatAreNoBooleansAsTrue() throws IOException {
        Path file = write("{\"x\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]}}", new byte[] {0, 1, 7});
        assertThat(Tensors.toLongs(Safetensors.read(file).get("x"))).containsExactly(0, 1, 1);
    }

    @Test
    void acceptsAPaddedHeader() throws IOException {
        Path file = write("{\"x\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}   ", new byte[1]);
        assertThat(Safetensors.read(file)).containsOnlyKeys("x");
    }

    static Stream<Arguments> damagedHeaders() {
        String four = "\"dtype\":\"F32\",\"shape\":[1]";
        return Stream.of(
                arguments("{\"x\":{" + four + ",\"data_offsets\":[0,4]}}", 3, "\"x\" ends at byte 4"),
                arguments("{\"x\":{" + four + ",\"data_offsets\":[0,4]}}", 5, "1 bytes after its last tensor"),
                arguments("{\"x\":{" + four + ",\"data_offsets\":[4,8]}}", 8, "\"x\" starts at byte 4, leaving a gap"),
                arguments(
                        "{\"x\":{" + four + ",\"data_offsets\":[0,4]},\"y\":{" + four + ",\"data_offsets\":[2,6]}}",
                        6,
                        "\"y\" starts at byte 2, inside another tensor"),
                arguments(
                        "{\"x\":{" + four + ",\"data_offsets\":[0,4]},\"y\":{" + four + ",\"data_offsets\":[0,4]}}",
                        4,
                        "inside another tensor"),
                arguments(
                        "{\"x\":{" + four + ",\"data_offsets\":[0,9223372036854775807]}}",
                        4,
                        "\"x\" needs 4 bytes for F32 [1], but has 9223372036854775807"),
                arguments(
                        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1000000000000],\"data_offsets\":[0,4000000000000]}}",
                        4,
                        "\"x\" ends at byte 4000000000000"),
                arguments("{\"x\":{" + four + ",\"data_offsets\":[4,0]}}", 4, "\"x\" has data_offsets [4,0]"),
                arguments("{\"x\":{" + four + ",\"data_offsets\":[0,4,8]}}", 4, "data_offsets [0,4,8]"),
                arguments("{\"x\":{" + four + ",\"data_offsets\":[0,4.0]}}", 4, "data_offsets [0,4.0]"),
                arguments("{\"x\":{" + four + "}}", 4, "\"x\" has data_offsets null"),
                arguments(
                        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "\"x\" has shape [-1]"),
                arguments(
                        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}",
                        0,
                        "more values than can be counted"),
                arguments("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "needs 8 bytes"),
                arguments(
                        "{\"x\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                        4,
                        "\"x\" has dtype \"F31\""),
                arguments("{\"x\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "\"x\" has dtype null"),
                arguments("{\"x\":[]}", 0, "\"x\" is described by something other than an object"),
                arguments("{\"x\":{" + four + ",\"data_offsets\":[0,4]},\"x\":{}}", 4, "\"x\" occurs twice"),
                arguments("{\"__metadata__\":{\"a\":1}}", 0, "metadata \"a\" that is not text"),
                arguments("{\"__metadata__\":[]}", 0, "__metadata__ that is not an object"),
                arguments("[]", 0, "not a JSON object"),
                arguments("{\"x\":", 0, "header that cannot be read"),
                arguments("\u0000\u0000\u0000", 0, "header that cannot be read"));
    }

    @ParameterizedTest
    @MethodSource("damagedHeaders")
    void refusesADamagedHeader(String header, int dataBytes, String what) throws IOException {
        assertRefused(write(header, new byte[dataBytes]), what);
    }

    @Test
    void refusesADamagedHeaderLength() throws IOException {
        byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
        for (long length : new long[] {0, 1, 3, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            assertRefused(write(length, json, new byte[0]), "header has " + Long.toUnsignedString(length) + " bytes");
        }
        Path file = folder.resolve("short.safetensors");
        Files.write(file, new byte[7]);
        assertRefused(file, "has 7 bytes");
        assertRefused(write(3, new byte[] {'{', (byte) 0xFF, '}'}, new byte[0]), "not UTF-8");
    }

    @Test
    void refusesAFileCutAnywhere() throws IOException {
        Path file = folder.resolve("whole.safetensors");
        Safetensors.write(
                file, Map.of("x", Tensors.floats(new float[] {1, 2}), "y", Tensors.longs(new long[1])), Map.of());
        byte[] whole = Files.readAllBytes(file);
        Path cut = folder.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertRefused(cut, "fetch or write it again");
        }
    }

    private static void assertRefused(Path file, String what) {
        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> Safetensors.open(file).close())
                .withMessageStartingWith(file.toString())
                .withMessageContaining(what)
                .withMessageEndingWith("fetch or write it again")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(HalflightException.Kind.RUN));
    }

    private Path write(String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return write(json.length, json, data);
    }

    private Path write(long headerLength, byte[] json, byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .array());
        out.write(json);
        out.write(data);
        return Files.write(folder.resolve("x.safetensors"), out.toByteArray());
    }
}
