package io.halflight.app.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.halflight.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pictures in the body of a request, in any of the forms that the server takes. */
final class Uploads {
    private static final String FORMS = "send the bytes of one picture with their type such as image/jpeg, several as"
            + " multipart/form-data, or application/json with {\"pictures\": [{\"data\": \"<base64>\"}]}";

    /** Name and data, the object around them, and some that other programs add. */
    private static final int VALUES_PER_PICTURE = 8;

    private Uploads() {}

    /**
     * At least one picture.
     *
     * @param type the content type; null where the request has none
     * @throws Refusal for another type (415), a malformed body or none (400), too many pictures (413)
     */
    static List<Upload> read(@Nullable String type, byte[] body, int most) {
        String kind = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        List<Upload> uploads;
        if (kind.equals("multipart/form-data") && type != null) {
            uploads = Multipart.files(type, body);
        } else if (kind.equals("application/json")) {
            uploads = json(body, most);
        } else if (kind.isEmpty() || kind.startsWith("image/") || kind.equals("application/octet-stream")) {
            uploads = body.length == 0 ? List.of() : List.of(new Upload("", body));
        } else {
            throw new Refusal(415, "%s is not taken: %s".formatted(kind, FORMS));
        }
        if (uploads.isEmpty()) {
            throw new Refusal(400, "there is no picture in the request: " + FORMS);
        }
        if (uploads.size() > most) {
            throw new Refusal(413, "%d pictures in one request; send at most %d".formatted(uploads.size(), most));
        }
        return uploads;
    }

    private static List<Upload> json(byte[] body, int most) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            Object pictures = Json.object(Json.parse(text, VALUES_PER_PICTURE * (most + 1)), "the body")
                    .get("pictures");
            if (!(pictures instanceof List<?> list)) {
                throw new IllegalArgumentException("\"pictures\" is not a list");
            }
            List<Upload> uploads = new ArrayList<>();
            for (Object item : list) {
                Map<String, @Nullable Object> picture = Json.object(item, "an item of \"pictures\"");
                uploads.add(new Upload(
                        picture.containsKey("name") ? text(picture, "name") : "", decoded(text(picture, "data"))));
            }
            return uploads;
        } catch (CharacterCodingException e) {
            throw new Refusal(400, "the JSON is not UTF-8");
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "the JSON cannot be used: " + e.getMessage());
        }
    }

    private static String text(Map<String, @Nullable Object> picture, String key) {
        if (picture.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("\"" + key + "\" of a picture is not a text");
    }

    /** Base64 with or without what browsers write before it, {@code data:image/png;base64,}. */
    private static byte[] decoded(String data) {
        try {
            return Base64.getDecoder().decode(data.startsWith("data:") ? data.substring(data.indexOf(',') + 1) : data);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"data\" of a picture is not base64", e);
        }
    }
}
