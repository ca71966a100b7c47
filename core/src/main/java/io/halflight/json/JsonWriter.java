package io.halflight.json;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes one value. */
final class JsonWriter {
    private final boolean pretty;
    private final StringBuilder out = new StringBuilder();

    JsonWriter(boolean pretty) {
        this.pretty = pretty;
    }

    String document(@Nullable Object value) {
        value(value, 0);
        return out.toString();
    }

    private void value(@Nullable Object value, int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw new IllegalArgumentException("value nested deeper than " + Json.MAX_DEPTH + " levels");
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof String || value instanceof Character || value instanceof Path) {
            string(value.toString()); // a Path is an Iterable of itself, so it must not get that far
        } else if (value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number number) {
            out.append(Double.isFinite(number.doubleValue()) || !floating(number) ? number : "null");
        } else if (value instanceof Enum<?> constant) {
            string(constant.name().toLowerCase(Locale.ROOT));
        } else if (value instanceof Map<?, ?> map) {
            object(map, depth);
        } else if (value instanceof Iterable<?> items) {
            List<@Nullable Object> list = new ArrayList<>();
            items.forEach(list::add);
            array(list, depth);
        } else if (value instanceof Record tuple) {
            object(components(tuple), depth);
        } else if (value.getClass().isArray()) {
            List<@Nullable Object> list = new ArrayList<>(Array.getLength(value));
            for (int i = 0; i < Array.getLength(value); i++) {
                list.add(Array.get(value, i));
            }
            array(list, depth);
        } else {
            throw new IllegalArgumentException(
                    "no JSON form for " + value.getClass().getName());
        }
    }

    private static boolean floating(Number number) {
        return number instanceof Double || number instanceof Float;
    }

    private void object(Map<?, ?> map, int depth) {
        out.append('{');
        int count = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            separate(count++, depth + 1);
            string(key(entry.getKey()));
            out.append(pretty ? ": " : ":");
            value(entry.getValue(), depth + 1);
        }
        close('}', count, depth);
    }

    private static String key(@Nullable Object key) {
        if (key == null) {
            throw new IllegalArgumentException("null as a key");
        }
        return key instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT) : key.toString();
    }

    private void array(List<?> list, int depth) {
        out.append('[');
        boolean lines = pretty && !list.stream().allMatch(v -> v instanceof Number);
        for (int i = 0; i < list.size(); i++) {
            if (lines) {
                separate(i, depth + 1);
            } else if (i > 0) {
                out.append(pretty ? ", " : ",");
            }
            value(list.get(i), depth + 1);
        }
        close(']', lines ? list.size() : 0, depth);
    }

    private void separate(int index, int depth) {
        if (index > 0) {
            out.append(',');
        }
        if (pretty) {
            out.append('\n').append("  ".repeat(depth));
        }
    }

    private void close(char end, int lines, int depth) {
        if (pretty && lines > 0) {
            out.append('\n').append("  ".repeat(depth));
        }
        out.append(end);
    }

    private static Map<String, @Nullable Object> components(Record tuple) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (RecordComponent component : tuple.getClass().getRecordComponents()) {
            Method accessor = component.getAccessor();
            try {
                accessor.setAccessible(true); // records may be package-private
                map.put(component.getName(), accessor.invoke(tuple));
            } catch (ReflectiveOperationException e) {
                throw new IllegalArgumentException(
                        "component " + component.getName() + " of "
                                + tuple.getClass().getName() + " cannot be read",
                        e);
            }
        }
        return map;
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ' || loneSurrogate(text, i)) {
                        out.append("\\u%04x".formatted((int) c)); // UTF-8 has no bytes for half a pair
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean loneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
