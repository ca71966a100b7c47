package io.halflight.json;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON (RFC 8259) without a dependency. Reading is strict: no comments, no trailing commas, no repeated
 * keys, nothing after the value. Nesting ends at {@value #MAX_DEPTH} levels in both directions, so that a hostile file
 * cannot exhaust the stack.
 */
public final class Json {
    static final int MAX_DEPTH = 64;

    private Json() {}

    /**
     * Reads one value: {@code LinkedHashMap<String, Object>}, {@code List<Object>}, {@code String}, {@code Boolean},
     * null, {@code Long} for a number without fraction and exponent that fits, {@code Double} for every other number.
     *
     * @throws IllegalArgumentException naming line and column, both from 1
     */
    public static @Nullable Object parse(String text) {
        return parse(text, Integer.MAX_VALUE);
    }

    /**
     * As {@link #parse(String)}, for text from strangers: a few letters of it can otherwise become a hundred times as much memory.
     *
     * @param mostValues objects, lists, texts and all others together
     */
    public static @Nullable Object parse(String text, int mostValues) {
        return new JsonParser(text, mostValues).document();
    }

    /**
     * Writes a value on one line. Besides what {@link #parse} returns: any {@code Iterable}, arrays, enums (name in lower
     * case), records (components in their order) and paths. A number that JSON cannot express (NaN, infinity) becomes
     * null.
     *
     * @throws IllegalArgumentException for any other type, or beyond {@value #MAX_DEPTH} levels
     */
    public static String write(@Nullable Object value) {
        return new JsonWriter(false).document(value);
    }

    /** As {@link #write}, over several lines, each level indented by two spaces. */
    public static String pretty(@Nullable Object value) {
        return new JsonWriter(true).document(value);
    }

    /**
     * The value as an object.
     *
     * @throws IllegalArgumentException if it is something else; {@code what} names it in the message
     */
    @SuppressWarnings("unchecked") // the parser puts nothing but strings into keys
    public static Map<String, @Nullable Object> object(@Nullable Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalArgumentException(what + " is not a JSON object");
    }
}
