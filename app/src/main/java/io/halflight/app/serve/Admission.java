package io.halflight.app.serve;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests with pictures are in the house, and how much memory their bodies take: what has come of them, not what they announce, so
 * that a slow client takes no more room than it has filled.
 */
final class Admission {
    private static final int BLOCK = 1 << 16;

    /** Times its size that a JSON body takes while its pictures are cut out of it: as bytes, letters, text, and texts inside. */
    private static final int JSON_COPIES = 5;

    private final ServerLimits limits;
    private final Semaphore places;
    private final Semaphore blocks;

    /** @param heldBytes memory for bodies at once, and what is cut out of them */
    Admission(ServerLimits limits, int heldBytes) {
        this.limits = limits;
        places = new Semaphore(limits.waiting());
        blocks = new Semaphore(heldBytes / BLOCK);
    }

    /** What is made of a body. */
    interface Work {
        Reply of(byte[] body);
    }

    /**
     * Reads a body and works on it, if there is room.
     *
     * @param announced the header {@code Content-Length}; null for a body of unknown length
     * @param type the header {@code Content-Type}
     * @throws Refusal with 413 for a body beyond the limit, with 429 where there is no room now
     */
    Reply during(@Nullable String announced, @Nullable String type, InputStream in, Work work) throws IOException {
        if (announced != null && length(announced) > limits.requestBytes()) {
            throw tooLarge();
        }
        if (!places.tryAcquire()) {
            throw full();
        }
        int[] taken = {0};
        try {
            byte[] body = read(in, taken);
            if (type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
                take(JSON_COPIES * ((body.length + BLOCK - 1) / BLOCK), taken);
            }
            return work.of(body);
        } finally {
            blocks.release(taken[0]);
            places.release();
        }
    }

    private byte[] read(InputStream in, int[] taken) throws IOException {
        List<byte[]> read = new ArrayList<>();
        int length = 0;
        byte[] block = in.readNBytes(BLOCK);
        while (block.length > 0) {
            length += block.length;
            if (length > limits.requestBytes()) {
                throw tooLarge();
            }
            take(2, taken); // it is copied once more below
            read.add(block);
            block = block.length < BLOCK ? new byte[0] : in.readNBytes(BLOCK);
        }
        byte[] body = new byte[length];
        int at = 0;
        for (byte[] part : read) {
            System.arraycopy(part, 0, body, at, part.length);
            at += part.length;
        }
        return body;
    }

    private void take(int more, int[] taken) {
        if (!blocks.tryAcquire(more)) {
            throw full();
        }
        taken[0] += more;
    }

    private static long length(String announced) {
        try {
            return Math.max(0, Long.parseLong(announced.strip()));
        } catch (NumberFormatException e) {
            throw new Refusal(400, "Content-Length is no number");
        }
    }

    private Refusal tooLarge() {
        return new Refusal(
                413,
                "the request is larger than %d MB; send smaller or fewer pictures"
                        .formatted(limits.requestMegabytes()));
    }

    private static Refusal full() {
        return new Refusal(429, "the server has as many pictures as it can hold; try again in a second");
    }
}
