package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halflight.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes back.
 *
 * @param type content type
 * @param headers beyond those that every answer has
 */
record Reply(int status, String type, byte[] body, Map<String, String> headers) {
    static Reply json(int status, Object value) {
        return new Reply(status, "application/json", (Json.write(value) + "\n").getBytes(UTF_8), Map.of());
    }

    static Reply text(String type, String text) {
        return new Reply(200, type, text.getBytes(UTF_8), Map.of());
    }

    /** An object with the status and a sentence under {@code error}. */
    static Reply error(int status, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("status", status);
        error.put("error", message);
        return json(status, error);
    }

    Reply with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, type, body, more);
    }
}
