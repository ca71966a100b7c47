package io.halflight;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Files that went wrong or were made by an enemy, from whole ones; the random source decides how. */
public final class Damage {
    private static final long[] LENGTHS = {
        0, 1, -1, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 1L << 62
    };

    /** What stands where a value should: of another type, out of range, or endless. */
    private static final List<String> TOKENS = List.of(
            "null",
            "-1",
            "0",
            "1e999",
            "99999999999999999999",
            "2147483648",
            "9223372036854775807",
            "0.5",
            "NaN",
            "[]",
            "{}",
            "\"\"",
            "true",
            "../../etc/passwd",
            "/etc/passwd",
            "\u0000",
            "\"",
            "*a",
            "&a [*a]",
            "[".repeat(5_000),
            "{\"a\":".repeat(5_000),
            "9".repeat(5_000));

    private static final Pattern TOKEN = Pattern.compile("\"[^\"\\n]*\"|[-+.\\w/]+");

    private Damage() {}

    /** One kind of damage of nine, of which some suit text and some bytes. */
    public static byte[] of(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        return switch (random.nextInt(9)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> flipped(bytes, bytes.length, random);
            case 2 -> flipped(bytes, Math.min(bytes.length, 100), random);
            case 3 -> spliced(bytes, random);
            case 4 -> length(bytes, random);
            case 5 -> repeated(bytes, random);
            case 6 -> digits(bytes, random);
            default -> token(bytes, random);
        };
    }

    private static byte[] flipped(byte[] bytes, int below, SplittableRandom random) {
        for (int i = 0; i < 1 + random.nextInt(8); i++) {
            bytes[random.nextInt(below)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** Two pieces of the same file, one behind the other. */
    private static byte[] spliced(byte[] bytes, SplittableRandom random) {
        return joined(
                Arrays.copyOf(bytes, random.nextInt(bytes.length)),
                Arrays.copyOfRange(bytes, random.nextInt(bytes.length), bytes.length));
    }

    private static byte[] repeated(byte[] bytes, SplittableRandom random) {
        int from = random.nextInt(bytes.length);
        int to = from + 1 + random.nextInt(bytes.length - from);
        return joined(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, from, bytes.length));
    }

    /** A length field, wherever it is, of 2, 4 or 8 bytes in either order. */
    private static byte[] length(byte[] bytes, SplittableRandom random) {
        ByteBuffer in =
                ByteBuffer.wrap(bytes).order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        long value = LENGTHS[random.nextInt(LENGTHS.length)];
        if (bytes.length < 8) {
            return bytes;
        }
        int at = random.nextInt(random.nextBoolean() ? Math.min(64, bytes.length - 7) : bytes.length - 7);
        switch (random.nextInt(3)) {
            case 0 -> in.putShort(at, (short) value);
            case 1 -> in.putInt(at, (int) value);
            default -> in.putLong(at, value);
        }
        return bytes;
    }

    /** Digits stay digits, so that the file stays well formed and says something else. */
    private static byte[] digits(byte[] bytes, SplittableRandom random) {
        for (int i = 0; i < 200; i++) {
            int at = random.nextInt(bytes.length);
            if (bytes[at] >= '0' && bytes[at] <= '9') {
                bytes[at] = (byte) ('0' + random.nextInt(10));
                if (random.nextInt(4) == 0) {
                    return bytes;
                }
            }
        }
        return bytes;
    }

    private static byte[] token(byte[] bytes, SplittableRandom random) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
        if (tokens.isEmpty()) {
            return bytes;
        }
        MatchResult token = tokens.get(random.nextInt(tokens.size()));
        String other = random.nextInt(4) == 0
                ? tokens.get(random.nextInt(tokens.size())).group()
                : TOKENS.get(random.nextInt(TOKENS.size()));
        return (text.substring(0, token.start()) + other + text.substring(token.end()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] joined(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length)
                .put(one)
                .put(other)
                .array();
    }
}
