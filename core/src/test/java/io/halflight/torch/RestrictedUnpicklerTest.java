package io.halflight.torch;

import static io.halflight.torch.PthBytes.dictionary;
import static io.halflight.torch.PthBytes.little;
import static io.halflight.torch.PthBytes.number;
import static io.halflight.torch.PthBytes.pickle;
import static io.halflight.torch.PthBytes.tensor;
import static io.halflight.torch.PthBytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.halflight.HalflightException;
import io.halflight.torch.RestrictedUnpickler.Constant;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RestrictedUnpicklerTest {
    private static final Path FILE = Path.of("weights.pth");

    static Stream<Arguments> values() {
        return Stream.of(
                arguments("N", Constant.NONE),
                arguments("\u0088", true),
                arguments("\u0089", false),
                arguments("K\u00ff", 255L),
                arguments("M\u0001\u0080", 32769L),
                arguments("J\u00fe\u00ff\u00ff\u00ff", -2L),
                arguments("\u008a\u0000", 0L),
                arguments("\u008a\u0001\u00ff", -1L),
                arguments("\u008a\u0002\u00ff\u0000", 255L),
                arguments(number(Long.MIN_VALUE), Long.MIN_VALUE),
                arguments("\u008a\u0009" + little(0, 8) + "\u0001", BigInteger.ONE.shiftLeft(64)),
                arguments("G\u00bf\u00f8" + little(0, 6), -1.5),
                arguments(text("größe 🙂"), "größe 🙂"),
                arguments("\u008c\u0002ab", "ab"),
                arguments("\u0095" + little(2, 8) + "K\u0007", 7L),
                arguments("](K\u0001K\u0002eK\u0003a", List.of(1L, 2L, 3L)),
                arguments("}K\u0001Ns(K\u0002\u0088u", Map.of(1L, Constant.NONE, 2L, true)),
                arguments(
                        "](K\u0005q\u0007h\u0007j" + little(7, 4) + "r" + little(300, 4) + "j" + little(300, 4) + "e",
                        List.of(5L, 5L, 5L, 5L)),
                arguments("](\u008c\u0001a\u0094\u008c\u0001b\u0094h\u0000h\u0001e", List.of("a", "b", "a", "b")),
                arguments("ccollections\nOrderedDict\n)R}K\u0001K\u0002sb", Map.of()),
                arguments("\u008c\u000bcollections\u008c\u000bOrderedDict\u0093)R", Map.of()));
    }

    @ParameterizedTest
    @MethodSource("values")
    void readsPlainValues(String pickle, Object value) {
        assertThat(RestrictedUnpickler.read(FILE, pickle(pickle))).isEqualTo(value);
    }

    @Test
    void readsTuples() {
        for (String tuple : List.of(
                ")",
                "K\u0001\u0085",
                "K\u0001K\u0002\u0086",
                "K\u0001K\u0002K\u0003\u0087",
                "(K\u0001K\u0002K\u0003K\u0004t")) {
            Object value = RestrictedUnpickler.read(FILE, pickle(tuple));
            List<Object> items = ((RestrictedUnpickler.Tuple) value).items;
            assertThat(items).isEqualTo(List.of(1L, 2L, 3L, 4L).subList(0, items.size()));
            assertThat(items).hasSize((int) tuple.chars().filter(c -> c == 'K').count());
        }
    }

    static Stream<Arguments> refused() {
        String os = "cos\nsystem\n";
        return Stream.of(
                arguments(os, "asks for os.system, which a file of weights has no use for; nothing of it was run"),
                arguments(os + "(" + text("touch x") + "tR", "asks for os.system"),
                arguments(text("os") + text("system") + "\u0093", "asks for os.system"),
                arguments("}(" + text("a") + "](](" + os + "(" + text("touch x") + "tReeu", "asks for os.system"),
                arguments("cbuiltins\neval\n", "asks for builtins.eval"),
                arguments("cnumpy.core.multiarray\n_reconstruct\n", "asks for numpy.core.multiarray._reconstruct"),
                arguments("ctorch\nload\n", "asks for torch.load, a kind of tensor or object that is not read here"),
                arguments("ccollections\nOrderedDict.x\n", "asks for collections.OrderedDict.x"),
                arguments("cos\rX\u001b\nsystem\n", "asks for os?X?.system"),
                arguments("c" + "a".repeat(300) + "\nb\n", "name without end"),
                arguments("cos", "name without end"),
                arguments("N\u0081", "uses instruction 0x81 at byte 3"),
                arguments("ios\nsystem\n", "uses instruction 0x69"),
                arguments("\u0082\u0001", "uses instruction 0x82"),
                arguments("0", "uses instruction 0x30"),
                arguments("\u0080\u0001", "protocol 1"),
                arguments("\u0080\u0006", "protocol 6"),
                arguments("", "takes a value where there is none"),
                arguments("NN", "values left over"),
                arguments("(", "takes a value where there is none"),
                arguments("(N\u0086", "takes a value where there is none"),
                arguments("Nt", "never begun"),
                arguments("h\u0000", "refers to value 0"),
                arguments("j\u00ff\u00ff\u00ff\u00ff", "refers to value 4294967295"),
                arguments("Nr" + little(1 << 20, 4), "remembers more than"),
                arguments("Nr\u00ff\u00ff\u00ff\u00ff", "remembers more than"),
                arguments("X" + little((1 << 20) + 1, 4), "text of 1048577 bytes"),
                arguments("X\u00ff\u00ff\u00ff\u00ff", "text of 4294967295 bytes"),
                arguments("X" + little(100, 4) + "abc", "breaks off"),
                arguments("\u008a\u00ffabc", "breaks off"),
                arguments("\u0095" + little(-1, 8), "breaks off"),
                arguments("X" + little(1, 4) + "\u00ff", "not UTF-8"),
                arguments("N)R", "cannot be called"),
                arguments("ctorch\nFloatStorage\n)R", "cannot be called"),
                arguments("ccollections\nOrderedDict\n]R", "cannot be called"),
                arguments("ccollections\nOrderedDict\nN\u0085R", "OrderedDict with arguments"),
                arguments("ctorch._utils\n_rebuild_tensor_v2\n)R", "tensor in an unknown way"),
                arguments("ctorch._utils\n_rebuild_parameter\n)R", "parameter without a tensor"),
                arguments("NQ", "storage in an unknown way"),
                arguments("N}b", "sets attributes"),
                arguments("}Nb", "sets attributes"),
                arguments("](K\u0001K\u0002u", "other than a dictionary"),
                arguments("}(K\u0001u", "other than a dictionary"),
                arguments("}]Ns", "for a key"),
                arguments("}}Ns", "for a key"),
                arguments("}Na", "other than a list"),
                arguments("]q\u0000h\u0000a", "contains itself"),
                arguments("}q\u0000Nh\u0000s", "contains itself"),
                arguments("}q\u0000(h\u0000tNs", "contains itself"),
                arguments("]".repeat(65) + "a".repeat(64), "nests more than 64"),
                arguments("N" + "\u0085".repeat(100_000), "nests more than 64"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(String pickle, String what) {
        assertRefused(pickle(pickle), what);
    }

    @Test
    void refusesWhatIsNoPickle() {
        assertRefused(new byte[0], "does not begin with a protocol");
        assertRefused("N.".getBytes(StandardCharsets.US_ASCII), "does not begin with a protocol");
    }

    @Test
    void acceptsAsManyLevelsAsTheLimit() {
        assertThat(RestrictedUnpickler.read(FILE, pickle("]".repeat(64) + "a".repeat(63))))
                .isInstanceOf(List.class);
    }

    /** 2 to the power of 60 values for whoever visits a part each time it occurs. */
    @Test
    void readsWidelySharedPartsOnce() {
        String twice = "q\u0000h\u0000\u0086";
        assertThat(RestrictedUnpickler.read(FILE, pickle("}N" + twice.repeat(60) + "Ns")))
                .isInstanceOf(Map.class);
    }

    @Test
    void stopsAtTheLimitOfInstructions() {
        char[] values = new char[RestrictedUnpickler.MAX_PICKLE - 3];
        Arrays.fill(values, '}');
        assertRefused(pickle(new String(values)), "more than 4000000 instructions");
    }

    /** The most memory that an instruction can take: a tensor of many sizes, described once. */
    @Test
    void stopsAtTheLimitOfTensors() {
        String tensor = tensor("Float", 1, 0, new long[64], new long[64]).replaceFirst("R$", "q\u0000");
        assertRefused(
                pickle("](ctorch._utils\n_rebuild_tensor_v2\nq\u0001" + tensor + "R"
                        + "h\u0001h\u0000R".repeat(200_000)),
                "has more than 200000 tensors");
    }

    @Test
    void anyProgramEndsInAValueOrARefusal() {
        String tensor = tensor("Float", 4, 0, new long[] {2, 2}, new long[] {2, 1});
        List<String> parts = List.of(
                "(",
                "}",
                "]",
                ")",
                "t",
                "\u0085",
                "\u0086",
                "\u0087",
                "N",
                "\u0088",
                "\u0094",
                "h\u0000",
                "h\u0001",
                "q\u0000",
                "q\u0001",
                "Q",
                "R",
                "b",
                "s",
                "u",
                "a",
                "e",
                "\u0093",
                "K\u0001",
                text("a"),
                tensor,
                number(-1),
                "ccollections\nOrderedDict\n",
                "ctorch._utils\n_rebuild_tensor_v2\n",
                "ctorch._utils\n_rebuild_parameter\n",
                "ctorch\nFloatStorage\n",
                dictionary(text("a"), tensor),
                "\u008c\u0001a");
        int values = 0;
        for (int seed = 0; seed < 30_000; seed++) {
            Random random = new Random(seed);
            StringBuilder program = new StringBuilder();
            for (int i = random.nextInt(24); i >= 0; i--) {
                program.append(parts.get(random.nextInt(parts.size())));
            }
            try {
                RestrictedUnpickler.read(FILE, pickle(program.toString()));
                values++;
            } catch (HalflightException e) {
                assertThat(e.getMessage())
                        .as("seed %d", seed)
                        .startsWith("weights.pth ")
                        .doesNotContain("\n");
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(values).isGreaterThan(100);
    }

    private static void assertRefused(byte[] pickle, String what) {
        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> RestrictedUnpickler.read(FILE, pickle))
                .withMessageStartingWith("weights.pth ")
                .withMessageContaining(what)
                .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1).doesNotContain("\r"));
    }
}
