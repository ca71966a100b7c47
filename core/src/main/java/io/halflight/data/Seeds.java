package io.halflight.data;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Derives every random source of a run from its one seed, by what it is used for and never by when: a resumed run, or one
 * with other loader threads, draws the same numbers.
 */
public final class Seeds {
    private Seeds() {}

    /**
     * A random source for one purpose.
     *
     * @param seed the run's seed
     * @param purpose what the numbers are for, such as {@code "pretrain/unlabelled/order"}
     * @param parts further coordinates: epoch, picture index, view
     */
    public static SplittableRandom random(long seed, String purpose, long... parts) {
        return new SplittableRandom(derive(seed, purpose, parts));
    }

    /** The seed behind {@link #random}, for generators of other libraries. */
    public static long derive(long seed, String purpose, long... parts) {
        CRC32 crc = new CRC32();
        crc.update(purpose.getBytes(StandardCharsets.UTF_8));
        long state = mix(seed ^ (crc.getValue() << 32 | purpose.length()));
        for (long part : parts) {
            state = mix(state + 0x9E3779B97F4A7C15L + part);
        }
        return state;
    }

    /** The 64-bit finaliser of MurmurHash3 in Stafford's variant 13, as in SplitMix64. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
