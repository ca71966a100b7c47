package io.halflight.app.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Bounds how many requests with pictures are in the house, and how much memory their bodies take. */
final class Admission {
    private final ServerLimits limits;
    private final Semaphore places;
    private final Semaphore kilobytes;

    Admission(ServerLimits limits) {
        this.limits = limits;
        places = new Semaphore(limits.waiting());
        kilobytes = new Semaphore(limits.heldKilobytes());
    }

    /** What is made of a body. */
    interface Work {
        Reply of(byte[] body) throws IOException;
    }

    /**
     * Reads a body and works on it, if there is room.
     *
     * @param announced the header {@code Content-Length}; null for a body of unknown length
     * @throws Refusal with 413 for a body beyond the limit, with 429 where there is no room now
     */
    Reply during(@Nullable String announced, InputStream in, Work work) throws IOException {
        long length = announced == null ? limits.requestBytes() : length(announced);
        if (length > limits.requestBytes()) {
            throw tooLarge();
        }
        int taken = (int) (length >> 10) + 1;
        if (!places.tryAcquire()) {
            throw full();
        }
        try {
            if (!kilobytes.tryAcquire(taken)) {
                throw full();
            }
            try {
                return work.of(read(in, announced == null ? 1 << 16 : (int) length));
            } finally {
                kilobytes.release(taken);
            }
        } finally {
            places.release();
        }
    }

    private byte[] read(InputStream in, int expected) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(Math.max(32, expected));
        byte[] block = new byte[1 << 16];
        for (int got = in.read(block); got >= 0; got = in.read(block)) {
            if (body.size() + (long) got > limits.requestBytes()) {
                throw tooLarge();
            }
            body.write(block, 0, got);
        }
        return body.toByteArray();
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
