package io.halflight.data;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Comma-separated text after RFC 4180, with any line ends; blank lines and a byte-order mark are skipped. */
public final class Csv {
    /** Names that mark the first row as a header when they stand in one of its columns. */
    private static final Set<String> PATH_NAMES = Set.of("path", "picture", "file", "filename", "image");

    private static final long MOST_BYTES = 256L << 20;

    /** One row and the line, counted from 1, on which it starts. */
    record Row(int line, List<String> fields) {
        /** The trimmed field, or an empty text where the row is shorter or the column does not exist. */
        String at(int column) {
            return column < 0 || column >= fields.size()
                    ? ""
                    : fields.get(column).strip();
        }
    }

    /**
     * Rows below the header, and where the wanted columns are (-1: not there). Without a header the columns are, in this
     * order, path, label and part.
     */
    record Table(List<Row> rows, int path, int label, int part, int role) {}

    private final String text;
    private final String name;
    private int at;
    private int line = 1;

    private Csv(String text, String name) {
        this.text = text;
        this.name = name;
    }

    static Table table(Path file) {
        List<Row> rows = read(file);
        if (rows.isEmpty()) {
            throw HalflightException.usage(file + " holds no rows; expected path[,label] lines");
        }
        List<String> header = rows.get(0).fields().stream()
                .map(field -> field.strip().toLowerCase(Locale.ROOT))
                .toList();
        int path = -1;
        for (int i = header.size() - 1; i >= 0; i--) {
            path = PATH_NAMES.contains(header.get(i)) ? i : path;
        }
        if (path < 0) {
            return new Table(rows, 0, 1, 2, -1);
        }
        int label = Math.max(header.indexOf("label"), header.indexOf("class"));
        return new Table(rows.subList(1, rows.size()), path, label, header.indexOf("part"), header.indexOf("role"));
    }

    static List<Row> read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw HalflightException.usage("%s has %d MB; tables may have %d, which is room for millions of lines"
                        .formatted(file, Files.size(file) >> 20, MOST_BYTES >> 20));
            }
            byte[] bytes = Files.readAllBytes(file);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return parse(text, file.toString());
        } catch (NoSuchFileException e) {
            throw HalflightException.usage("there is no file " + file + "; check the path");
        } catch (CharacterCodingException e) {
            throw HalflightException.usage(file + " is not UTF-8 text; save it as UTF-8");
        } catch (IOException e) {
            throw HalflightException.run("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    static List<Row> parse(String text, String name) {
        Csv csv = new Csv(text.startsWith("\uFEFF") ? text.substring(1) : text, name);
        List<Row> rows = new ArrayList<>();
        while (csv.at < csv.text.length()) {
            Row row = csv.row();
            if (row.fields().size() > 1 || !row.fields().get(0).isBlank()) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** The field, quoted if it needs to be. */
    public static String quoted(String field) {
        boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                && field.strip().equals(field);
        return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
    }

    private Row row() {
        int start = line;
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(at < text.length() && text.charAt(at) == '"' ? quotedField() : plainField());
            if (at >= text.length()) {
                return new Row(start, fields);
            }
            char end = text.charAt(at++);
            if (end == ',') {
                continue;
            }
            if (end == '\r' && at < text.length() && text.charAt(at) == '\n') {
                at++;
            }
            line++;
            return new Row(start, fields);
        }
    }

    private String plainField() {
        int from = at;
        while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(from, at);
    }

    private String quotedField() {
        int opened = line;
        StringBuilder field = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != '"') {
                field.append(c);
                line += c == '\n' ? 1 : 0;
            } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                field.append(c);
                at++;
            } else {
                at++;
                if (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
                    throw HalflightException.usage("%s:%d: text after a closing quote; double the quotes inside a field"
                            .formatted(name, line));
                }
                return field.toString();
            }
        }
        throw HalflightException.usage("%s:%d: this quote is never closed".formatted(name, opened));
    }
}
