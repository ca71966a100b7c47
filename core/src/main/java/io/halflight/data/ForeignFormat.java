package io.halflight.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** Kinds of pictures that are not read, so that a refusal can call them by their name. */
final class ForeignFormat {
    /** Extensions of files that are meant as pictures: passing them over in silence would lose data unnoticed. */
    static final Set<String> EXTENSIONS = Set.of("heic", "heif", "avif", "jxl", "jp2", "psd");

    private static final int KEPT = 16;

    /** By how the file begins, from byte 0 or, in the family of MP4, from byte 4. */
    private static final Map<String, String> STARTS = Map.of(
            "ftyphei", "HEIC",
            "ftypmif1", "HEIC",
            "ftypavif", "AVIF",
            "\0\0\0\fJXL ", "JPEG XL",
            "\u00FF\n", "JPEG XL",
            "\0\0\0\fjP  ", "JPEG 2000",
            "8BPS", "a Photoshop file",
            "II+\0", "a TIFF of more than 4 GB (BigTIFF)",
            "MM\0+", "a TIFF of more than 4 GB (BigTIFF)",
            "%PDF", "a PDF");

    private ForeignFormat() {}

    static String refusal(ByteBuffer in) {
        byte[] bytes = new byte[Math.min(KEPT, in.capacity())];
        in.get(0, bytes);
        String start = new String(bytes, StandardCharsets.ISO_8859_1);
        return STARTS.entrySet().stream()
                .filter(entry -> start.startsWith(entry.getKey()) || start.startsWith(entry.getKey(), 4))
                .findFirst()
                .map(entry -> entry.getValue() + ", which is not read; convert it to JPEG or PNG")
                .orElse("not a picture: the content is none of JPEG, PNG, GIF, BMP, WebP and TIFF");
    }
}
