package io.halflight.torch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The CRC-32C of a safetensors file, kept in the first entry of its metadata and computed as if that entry were 0. It finds
 * every change of up to 32 bits in a row, and any other with a probability of 1 - 2e-10; against intent it is no help.
 */
final class Checksum {
    static final String KEY = "crc32c";
    static final String UNKNOWN = "00000000";

    /** Where its digits stand: behind the length of the header and what the header begins with. */
    static final long POSITION = 8L + ("{\"" + Safetensors.METADATA + "\":{\"" + KEY + "\":\"").length();

    private static final int BLOCK = 1 << 20;

    private final CRC32C crc = new CRC32C();

    void add(ByteBuffer bytes) {
        crc.update(bytes);
    }

    byte[] digits() {
        return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(US_ASCII);
    }

    /** What the digits in a file should be. */
    static String of(FileChannel channel) throws IOException {
        Checksum sum = new Checksum();
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        long at = 0;
        while (channel.read(block, at) > 0) {
            block.flip();
            for (int i = 0; i < UNKNOWN.length(); i++) {
                long digit = POSITION + i - at;
                if (digit >= 0 && digit < block.limit()) {
                    block.put((int) digit, (byte) '0');
                }
            }
            at += block.limit();
            sum.add(block);
            block.clear();
        }
        return new String(sum.digits(), US_ASCII);
    }
}
