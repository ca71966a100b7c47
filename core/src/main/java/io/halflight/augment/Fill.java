package io.halflight.augment;

/**
 * What holes and the outside of a moved picture show: a level from 0 to 255 for each channel. The references write the
 * mean of the data set (UDA), which is 0 after their normalisation, 128 (Noisy Student) or black (torchvision).
 *
 * @param red also the grey of pictures with one channel
 */
public record Fill(int red, int green, int blue) {
    /** The middle of the range: 0 for networks that see values scaled to [-1, 1]. */
    public static final Fill MIDDLE_GREY = grey(128);

    public Fill {
        if (((red | green | blue) & ~255) != 0) {
            throw new IllegalArgumentException(
                    "a fill has levels from 0 to 255, got %d, %d, %d".formatted(red, green, blue));
        }
    }

    /** One level for every channel, 0 to 255. */
    public static Fill grey(int level) {
        return new Fill(level, level, level);
    }

    int level(int channel) {
        return channel == 0 ? red : channel == 1 ? green : blue;
    }
}
