package io.halflight.app.serve;

import io.halflight.HalflightException;

/**
 * What a server takes on.
 *
 * @param requestMegabytes largest body
 * @param megapixels largest picture, in millions of pixels, as its file announces it
 * @param pictures most in one request
 * @param waiting requests with pictures at once; further ones are told to come back
 * @param seconds for a request to arrive, from then to its answer, and for the last answers before the server ends
 */
public record ServerLimits(int requestMegabytes, int megapixels, int pictures, int waiting, int seconds) {
    /** Memory for bodies at once, and what is cut out of them. */
    private static final int HELD_MEGABYTES = 512;

    /** A body is held twice while it is put together, as JSON seven times. */
    private static final int LARGEST_MEGABYTES = HELD_MEGABYTES / 8;

    /** @throws HalflightException naming the option and what it takes */
    public ServerLimits {
        require("--max-mb", requestMegabytes, LARGEST_MEGABYTES);
        require("--max-megapixels", megapixels, 100);
        require("--max-pictures", pictures, 1024);
        require("--waiting", waiting, 1024);
        require("--timeout", seconds, 3600);
    }

    private static void require(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw HalflightException.usage("%s is %d; give 1 to %d".formatted(option, value, most));
        }
    }

    int requestBytes() {
        return requestMegabytes << 20;
    }

    int heldBytes() {
        return HELD_MEGABYTES << 20;
    }
}
