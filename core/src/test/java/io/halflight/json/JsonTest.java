package io.halflight.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private enum Colour {
        DARK_RED
    }

    private record Inner(double[] values) {}

    private record Outer(String name, int count, Colour colour, Inner inner, Object nothing) {}

    @Test
    @SuppressWarnings("unchecked")
    void readsEveryKindOfValue() {
        Map<String, Object> map = (Map<String, Object>)
                Json.parse(" {\"b\" : [1, -2.5, 1e3, true, false, null, \"x\"],\n\t\"a\": {}, \"c\": []}\r\n");

        assertThat(map.keySet()).containsExactly("b", "a", "c");
        assertThat((List<Object>) map.get("b")).containsExactly(1L, -2.5, 1000.0, true, false, null, "x");
        assertThat((Map<?, ?>) map.get("a")).isEmpty();
        assertThat((List<?>) map.get("c")).isEmpty();
    }

    @Test
    void readsWholeNumbersAsLongWhileTheyFit() {
        assertThat(Json.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(Json.parse("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
        assertThat(Json.parse("9223372036854775808")).isEqualTo(9223372036854775808.0);
        assertThat(Json.parse("3.0")).isEqualTo(3.0);
    }

    @Test
    void readsEscapes() {
        assertThat(Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\""))
                .isEqualTo("\"\\/\b\f\n\r\t\u00e9\uD83D\uDE00");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|1|1|expected a value, found the end",
                "`{\"a\":1,}`|1|8|key in double quotes",
                "`[1,]`|1|4|expected a value, found ']'",
                "`[1 2]`|1|4|expected ',' or ']', found '2'",
                "`{\"a\" 1}`|1|6|expected ':'",
                "`{\"a\":1, \"a\":2}`|1|9|\"a\" occurs twice",
                "`01`|1|2|after the end of the value",
                "`1.`|1|3|expected a digit",
                "`-`|1|2|expected a digit",
                "`+1`|1|1|expected a value",
                "`1e400`|1|1|range of a double",
                "`tru`|1|1|expected a value",
                "`NaN`|1|1|expected a value",
                "`\"abc`|1|5|closing quote",
                "`\"\\x\"`|1|2|unknown escape",
                "`\"\\u12g4\"`|1|4|four hexadecimal digits",
                "`'a'`|1|1|expected a value",
                "`1 // one`|1|3|after the end",
                "`{} {}`|1|4|after the end",
            })
    void refusesWhatIsNotJson(String text, int line, int column, String what) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse(text))
                .withMessageStartingWith("JSON line %d, column %d: ".formatted(line, column))
                .withMessageContaining(what);
    }

    @Test
    void countsLinesFromOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("{\n  \"a\": 1,\n  \"b\": ?\n}"))
                .withMessage("JSON line 3, column 8: expected a value, found '?'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("\"a\nb\""))
                .withMessageContaining("control character in a string");
    }

    @Test
    void limitsDepthInBothDirections() {
        assertThat(Json.parse("[".repeat(64) + "]".repeat(64))).isInstanceOf(List.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.parse("[".repeat(100_000)))
                .withMessageContaining("column 65: nested deeper than 64 levels");

        Object deep = 1;
        for (int i = 0; i < 64; i++) {
            deep = List.of(deep);
        }
        Object tooDeep = List.of(deep);
        assertThat(Json.parse(Json.write(deep))).isInstanceOf(List.class);
        assertThatIllegalArgumentException().isThrownBy(() -> Json.write(tooDeep));
    }

    @Test
    void writesRecordsEnumsArraysAndPaths() {
        Outer outer = new Outer("a\"b", 3, Colour.DARK_RED, new Inner(new double[] {1, 0.5, Double.NaN}), null);
        assertThat(Json.write(outer))
                .isEqualTo("{\"name\":\"a\\\"b\",\"count\":3,\"colour\":\"dark_red\","
                        + "\"inner\":{\"values\":[1.0,0.5,null]},\"nothing\":null}");
        assertThat(Json.write(List.of(new int[] {1, 2}, new long[] {3}, new float[] {0.1f}, Path.of("a", "b"))))
                .isEqualTo("[[1,2],[3],[0.1],\"" + Path.of("a", "b").toString().replace("\\", "\\\\") + "\"]");
        assertThat(Json.write(Map.of(Colour.DARK_RED, true))).isEqualTo("{\"dark_red\":true}");
    }

    @Test
    void writesNumbersThatJsonLacksAsNull() {
        assertThat(Json.write(Arrays.asList(
                        Double.NaN, Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Double.MAX_VALUE)))
                .isEqualTo("[null,null,null,null,1.7976931348623157E308]");
    }

    @Test
    void indentsByTwo() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("a", List.of(1, 2));
        map.put("b", List.of("x", Map.of("c", List.of())));
        map.put("d", Map.of());
        assertThat(Json.pretty(map)).isEqualTo("""
                        {
                          "a": [1, 2],
                          "b": [
                            "x",
                            {
                              "c": []
                            }
                          ],
                          "d": {}
                        }""");
    }

    @Test
    void refusesTypesWithoutAForm() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.write(new Object()))
                .withMessageContaining("java.lang.Object");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsBackWhatItWrites(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            Object value = value(random, 4);
            assertThat(Json.parse(Json.write(value))).as("seed %d", seed).isEqualTo(value);
            assertThat(Json.parse(Json.pretty(value))).as("seed %d", seed).isEqualTo(value);
        }
    }

    private static Object value(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> Double.longBitsToDouble(random.nextLong() & ~(1L << 62)); // finite
            case 4 -> text(random);
            case 5 -> {
                Object[] items = new Object[random.nextInt(4)];
                Arrays.setAll(items, i -> value(random, depth - 1));
                yield Arrays.asList(items);
            }
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(text(random), value(random, depth - 1));
                }
                yield map;
            }
        };
    }

    /** Any UTF-16 units at all, halves of pairs included. */
    private static String text(SplittableRandom random) {
        char[] chars = new char[random.nextInt(6)];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(65536));
        }
        return new String(chars);
    }
}
