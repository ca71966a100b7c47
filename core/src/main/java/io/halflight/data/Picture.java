package io.halflight.data;

import static java.util.Objects.requireNonNull;

/**
 * A decoded picture, planar: {@code pixels[(c * height + y) * width + x]} holds an unsigned byte, 0 to 255.
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param pixels {@code channels * height * width} bytes; not copied, not to be changed
 */
public record Picture(int channels, int height, int width, byte[] pixels) {
    public Picture {
        requireNonNull(pixels, "pixels");
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("a picture has 1 or 3 channels, got " + channels);
        }
        if (height < 1 || width < 1 || (long) channels * height * width != pixels.length) {
            throw new IllegalArgumentException(
                    "%d x %d x %d pixels do not fill %d bytes".formatted(channels, height, width, pixels.length));
        }
    }
}
