package io.halflight.data;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.IntStream;

/** SHA-256 fingerprints. */
final class Hashes {
    private static final int DIGITS = 16;

    private Hashes() {}

    /** The 64 hexadecimal digits. */
    static String full(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** The first 16 hexadecimal digits: among a million pictures two of them agree by chance with probability 3e-8. */
    static String brief(byte[] bytes) {
        return full(bytes).substring(0, DIGITS);
    }

    /** {@link Dataset#hash} of every picture, on all processors: reading the files dominates. */
    static String[] all(Dataset dataset) {
        return IntStream.range(0, dataset.size())
                .parallel()
                .mapToObj(dataset::hash)
                .toArray(String[]::new);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
