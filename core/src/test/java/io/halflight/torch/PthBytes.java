package io.halflight.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Pickles and archives made by hand, for what torch.save would not write. A char of a pickle is a byte. */
final class PthBytes {
    private PthBytes() {}

    static String text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return "X" + little(bytes.length, 4) + new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static String number(long value) {
        return "\u008a\u0008" + little(value, 8);
    }

    static String little(long value, int bytes) {
        StringBuilder chars = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            chars.append((char) (value >>> (8 * i) & 0xFF));
        }
        return chars.toString();
    }

    static String numbers(long... values) {
        StringBuilder tuple = new StringBuilder("(");
        for (long value : values) {
            tuple.append(number(value));
        }
        return tuple.append('t').toString();
    }

    /** A tensor in the entry data/0. */
    static String tensor(String type, long count, long offset, long[] sizes, long[] strides) {
        return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + type + "Storage\n" + text("0")
                + text("cpu") + number(count) + "tQ" + number(offset) + numbers(sizes) + numbers(strides)
                + "\u0089ccollections\nOrderedDict\n)RtR";
    }

    static String dictionary(String... pairs) {
        return "}(" + String.join("", pairs) + "u";
    }

    static byte[] pickle(String value) {
        return ("\u0080\u0002" + value + ".").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The usual entries: data.pkl and data/0, below a folder. */
    static Map<String, byte[]> archive(String pickle, byte[] storage) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("x/data.pkl", pickle(pickle));
        entries.put("x/data/0", storage);
        return entries;
    }

    static byte[] zip(Map<String, byte[]> entries, int method) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : entries.entrySet()) {
                CRC32 crc = new CRC32();
                crc.update(file.getValue());
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setMethod(method);
                entry.setSize(file.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    static Path write(Path file, Map<String, byte[]> entries) throws IOException {
        return Files.write(file, zip(entries, ZipEntry.STORED));
    }
}
