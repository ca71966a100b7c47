package io.halflight.app.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object read leniently: what is missing or of another type reads as empty, NaN for numbers. */
record Fields(Map<?, ?> map) {
    static final Fields NONE = new Fields(Map.of());

    static Fields of(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? new Fields(map) : NONE;
    }

    boolean isEmpty() {
        return map.isEmpty();
    }

    /** A text, or a number as it was written. */
    String text(String key) {
        return text(map.get(key));
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
            return Long.toString(number.longValue());
        }
        return value instanceof String || value instanceof Number || value instanceof Boolean ? value.toString() : "";
    }

    double number(String key) {
        return asNumber(map.get(key));
    }

    static double asNumber(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    Fields object(String key) {
        return of(map.get(key));
    }

    List<?> list(String key) {
        return map.get(key) instanceof List<?> list ? list : List.of();
    }

    List<Fields> objects(String key) {
        return list(key).stream().map(Fields::of).toList();
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (Object item : list(key)) {
            texts.add(text(item));
        }
        return texts;
    }

    /** Everything that is a text or a number, in the order of the file. */
    Map<String, String> plain() {
        Map<String, String> plain = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            String text = text(value);
            if (!text.isEmpty()) {
                plain.put(String.valueOf(key), text);
            }
        });
        return plain;
    }

    /** Everything that is a number, in the order of the file. */
    Map<String, Double> numbers() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (value instanceof Number number) {
                numbers.put(String.valueOf(key), number.doubleValue());
            }
        });
        return numbers;
    }
}
