package io.halflight.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recursive descent over one text. */
final class JsonParser {
    private final String text;
    private final int mostValues;
    private int at;
    private int values;

    JsonParser(String text, int mostValues) {
        this.text = text;
        this.mostValues = mostValues;
    }

    @Nullable
    Object document() {
        Object value = value(0);
        skipSpace();
        if (at < text.length()) {
            throw error("unexpected " + seen() + " after the end of the value");
        }
        return value;
    }

    private @Nullable Object value(int depth) {
        skipSpace();
        if (at == text.length()) {
            throw error("expected a value, found the end");
        }
        if (++values > mostValues) {
            throw error("more than " + mostValues + " values");
        }
        char c = text.charAt(at);
        return switch (c) {
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> {
                if (c == '-' || digit(c)) {
                    yield number();
                }
                throw error("expected a value, found " + seen());
            }
        };
    }

    private Map<String, @Nullable Object> object(int depth) {
        enter(depth);
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (closes('}')) {
            return map;
        }
        do {
            skipSpace();
            if (at == text.length() || text.charAt(at) != '"') {
                throw error("expected a key in double quotes, found " + seen());
            }
            int start = at;
            String key = string();
            if (map.containsKey(key)) {
                at = start;
                throw error("key \"" + key + "\" occurs twice");
            }
            skipSpace();
            if (at == text.length() || text.charAt(at) != ':') {
                throw error("expected ':' after key \"" + key + "\", found " + seen());
            }
            at++;
            map.put(key, value(depth));
        } while (another('}'));
        return map;
    }

    private List<@Nullable Object> array(int depth) {
        enter(depth);
        List<@Nullable Object> list = new ArrayList<>();
        if (closes(']')) {
            return list;
        }
        do {
            list.add(value(depth));
        } while (another(']'));
        return list;
    }

    private void enter(int depth) {
        if (depth > Json.MAX_DEPTH) {
            throw error("nested deeper than " + Json.MAX_DEPTH + " levels");
        }
        at++;
    }

    private boolean closes(char end) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == end) {
            at++;
            return true;
        }
        return false;
    }

    private boolean another(char end) {
        if (closes(end)) {
            return false;
        }
        if (at == text.length() || text.charAt(at) != ',') {
            throw error("expected ',' or '" + end + "', found " + seen());
        }
        at++;
        return true;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        at++;
        while (true) {
            if (at == text.length()) {
                throw error("string without closing quote");
            }
            char c = text.charAt(at);
            if (c < ' ') {
                throw error("control character in a string, write it as \\u%04x".formatted((int) c));
            }
            at++;
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() {
        if (at == text.length()) {
            throw error("string without closing quote");
        }
        char c = text.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                at -= 2;
                throw error("unknown escape \\" + c);
            }
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char c = at + i < text.length() ? text.charAt(at + i) : ' ';
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw error("expected four hexadecimal digits after \\u");
            }
            code = code * 16 + digit;
        }
        at += 4;
        return (char) code;
    }

    private Number number() {
        int start = at;
        if (text.charAt(at) == '-') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '0') {
            at++;
        } else {
            digits();
        }
        boolean integral = true;
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
            integral = false;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            digits();
            integral = false;
        }
        String token = text.substring(start, at);
        if (integral && token.length() <= 20) {
            try {
                return Long.parseLong(token);
            } catch (NumberFormatException e) {
                // 19 or 20 digits beyond the range of a long: a double it is
            }
        }
        double value = Double.parseDouble(token);
        if (Double.isInfinite(value)) {
            at = start;
            throw error("number beyond the range of a double");
        }
        return value;
    }

    private void digits() {
        int start = at;
        while (at < text.length() && digit(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw error("expected a digit, found " + seen());
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw error("expected a value, found " + seen());
        }
        at += word.length();
        return value;
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private String seen() {
        if (at >= text.length()) {
            return "the end";
        }
        int c = text.codePointAt(at);
        return c > ' ' && c < 127 ? "'" + (char) c + "'" : "U+%04X".formatted(c);
    }

    private IllegalArgumentException error(String what) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < Math.min(at, text.length()); i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new IllegalArgumentException("JSON line %d, column %d: %s".formatted(line, at - lineStart + 1, what));
    }
}
