package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code multipart/form-data} (RFC 7578) that is in memory already; fields that are no files are passed over. */
final class Multipart {
    private static final Pattern BOUNDARY =
            Pattern.compile("boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE_NAME = Pattern.compile(
            ";\\s*filename=(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^\\s;\"]+))", Pattern.CASE_INSENSITIVE);
    private static final int MOST_HEADERS = 8192;

    private Multipart() {}

    /**
     * The files in the order of the body.
     *
     * @param type the content type with its boundary
     * @throws Refusal with 400 for whatever is not of this form
     */
    static List<Upload> files(String type, byte[] body) {
        Matcher matcher = BOUNDARY.matcher(type);
        if (!matcher.find()) {
            throw new Refusal(400, "the content type names no boundary");
        }
        String boundary = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        byte[] first = ("--" + boundary).getBytes(ISO_8859_1);
        byte[] next = ("\r\n--" + boundary).getBytes(ISO_8859_1);
        byte[] blank = {'\r', '\n', '\r', '\n'};
        List<Upload> files = new ArrayList<>();
        int at = startsWith(body, first) ? first.length : after(body, next, 0);
        while (!isEnd(body, at)) {
            int headersEnd = indexOf(body, blank, at);
            if (headersEnd < 0 || headersEnd - at > MOST_HEADERS) {
                throw new Refusal(400, "a part of the body has no end of its headers");
            }
            int from = headersEnd + blank.length;
            int following = after(body, next, from - 2); // an empty part shares the line break
            int to = following - next.length;
            String headers = new String(body, at, headersEnd - at, UTF_8);
            Matcher name = FILE_NAME.matcher(headers);
            if (name.find()) {
                files.add(new Upload(lastPart(name), slice(body, from, Math.max(from, to))));
            } else if (headers.toLowerCase(Locale.ROOT).contains("content-type: image/")) {
                files.add(new Upload("", slice(body, from, Math.max(from, to))));
            }
            at = following;
        }
        return files;
    }

    /** Browsers of old sent whole paths. */
    private static String lastPart(Matcher name) {
        String given = name.group(1) == null ? name.group(2) : name.group(1).replaceAll("\\\\(.)", "$1");
        return given.substring(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1);
    }

    /** Whether the boundary that ended at {@code at} was the last one. */
    private static boolean isEnd(byte[] body, int at) {
        if (at + 1 < body.length && body[at] == '-' && body[at + 1] == '-') {
            return true;
        }
        if (at + 1 < body.length && body[at] == '\r' && body[at + 1] == '\n') {
            return false;
        }
        throw new Refusal(400, "the body is cut short or malformed after a boundary");
    }

    private static int after(byte[] body, byte[] wanted, int from) {
        int found = indexOf(body, wanted, from);
        if (found < 0) {
            throw new Refusal(400, "the body ends without its closing boundary");
        }
        return found + wanted.length;
    }

    private static boolean startsWith(byte[] body, byte[] wanted) {
        return body.length >= wanted.length && matches(body, wanted, 0);
    }

    private static int indexOf(byte[] body, byte[] wanted, int from) {
        for (int at = Math.max(0, from); at <= body.length - wanted.length; at++) {
            if (body[at] == wanted[0] && matches(body, wanted, at)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean matches(byte[] body, byte[] wanted, int at) {
        for (int i = 0; i < wanted.length; i++) {
            if (body[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] slice(byte[] body, int from, int to) {
        byte[] part = new byte[to - from];
        System.arraycopy(body, from, part, 0, part.length);
        return part;
    }
}
