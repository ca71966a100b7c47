package io.halflight.torch;

import io.halflight.HalflightException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of a pickle, one operand after the other. Nothing is reserved for an operand that is not all there. */
final class PickleInput {
    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_NAME = 256;

    private final Path file;
    private final ByteBuffer in;

    /** @param file named in errors */
    PickleInput(Path file, byte[] pickle) {
        this.file = file;
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    Path file() {
        return file;
    }

    int position() {
        return in.position();
    }

    double real() {
        return Double.longBitsToDouble(Long.reverseBytes(take(8).getLong()));
    }

    /** Passes over the length of a frame, a hint for readers of streams. */
    void frame() {
        need(take(8).getLong());
    }

    private ByteBuffer take(int length) {
        need(length);
        ByteBuffer taken = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return taken;
    }

    private void need(long length) {
        if (length < 0 || length > in.remaining()) {
            throw damaged("breaks off at byte %d of %d".formatted(in.position(), in.limit()));
        }
    }

    /** Up to four bytes. More than 31 bits turn negative, which neither an index nor a length may be. */
    int unsigned(int bytes) {
        ByteBuffer taken = take(bytes);
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (taken.get(i) & 0xFF) << (8 * i);
        }
        return value;
    }

    /** Two's complement, the lowest byte first. */
    Object integer(int bytes) {
        byte[] highestFirst = new byte[bytes + 1]; // one more, since no bytes at all are a zero
        ByteBuffer taken = take(bytes);
        for (int i = 0; i < bytes; i++) {
            highestFirst[bytes - i] = taken.get(i);
        }
        highestFirst[0] = (byte) (bytes > 0 && highestFirst[1] < 0 ? -1 : 0);
        BigInteger value = new BigInteger(highestFirst);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    String text(int length) {
        if (length < 0 || length > MAX_TEXT) {
            throw damaged(
                    "has a text of %s bytes; the limit is %d".formatted(Integer.toUnsignedString(length), MAX_TEXT));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(take(length)).toString();
        } catch (CharacterCodingException e) {
            throw damaged("has a text that is not UTF-8");
        }
    }

    String line() {
        int from = in.position();
        for (int length = 0; length <= MAX_NAME && length < in.remaining(); length++) {
            if (in.get(from + length) == '\n') {
                String line = text(length);
                in.get(); // the line's end
                return line;
            }
        }
        throw damaged("has a name without end at byte " + from);
    }

    /** A text from a file for an error's one line: no control characters, not too long. */
    static String shown(String text) {
        String cut = text.length() > 100 ? text.substring(0, 100) + "…" : text;
        return cut.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
    }

    HalflightException damaged(String what) {
        return HalflightException.run(
                "%s has a pickle that %s; it is damaged or no file of weights, fetch or write it again"
                        .formatted(file, what));
    }
}
