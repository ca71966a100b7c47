package io.halflight.data;

import io.halflight.data.PictureHeader.Malformed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** The size in the first directory of a TIFF file. Whatever libtiff could take for another size is refused. */
final class TiffHeader {
    static final int LITTLE = 0x49492A00; // II*
    static final int BIG = 0x4D4D002A; // MM*

    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS = 258;
    private static final int COLOURS = 262;
    private static final int SAMPLES = 277;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;

    private static final int CMYK = 5;
    private static final int MOST_SAMPLES = 4;

    /** A tile may be larger than a small picture, but not without measure: libtiff decodes whole ones. */
    private static final long FREE_TILE_PIXELS = 1L << 20;

    private TiffHeader() {}

    static PictureHeader read(ByteBuffer file, int start) {
        ByteBuffer in = file.order(start == LITTLE ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = in.getInt(4);
        int count = in.getShort(directory) & 0xFFFF;
        Map<Integer, Long> tags = new HashMap<>();
        for (int i = 0; i < count; i++) {
            int entry = directory + 2 + 12 * i;
            int tag = in.getShort(entry) & 0xFFFF;
            if (tag == BITS) {
                tags.put(tag, bits(in, entry));
            } else if (tag == WIDTH
                    || tag == HEIGHT
                    || tag == COLOURS
                    || tag == SAMPLES
                    || tag == TILE_WIDTH
                    || tag == TILE_HEIGHT) {
                if (tags.put(tag, value(in, entry, tag)) != null) {
                    throw new Malformed("damaged TIFF: tag %d stands twice".formatted(tag));
                }
            }
        }
        long width = tags.getOrDefault(WIDTH, 0L);
        long height = tags.getOrDefault(HEIGHT, 0L);
        long samples = tags.getOrDefault(SAMPLES, 1L);
        if (samples < 1 || samples > MOST_SAMPLES) {
            throw new Malformed("a TIFF of %d channels; up to %d are read".formatted(samples, MOST_SAMPLES));
        }
        long tileWidth = tags.getOrDefault(TILE_WIDTH, 0L);
        long tileHeight = tags.getOrDefault(TILE_HEIGHT, 0L);
        if (tileWidth > 0 && tileHeight > (FREE_TILE_PIXELS + 2 * width * height) / tileWidth) {
            throw new Malformed("damaged TIFF: tiles of %d x %d pixels for a picture of %d x %d"
                    .formatted(tileWidth, tileHeight, width, height));
        }
        return new PictureHeader(
                PictureHeader.Format.TIFF,
                PictureHeader.side(width),
                PictureHeader.side(height),
                (int) samples,
                samples == 4 && tags.getOrDefault(COLOURS, 0L) != CMYK,
                tags.getOrDefault(BITS, 8L) > 8 ? 2 : 1);
    }

    /** Of one channel: with several, the entry says where in the file each one's stand; they are equal in what is read. */
    private static long bits(ByteBuffer in, int entry) {
        int channels = in.getInt(entry + 4);
        int at = channels > 2 ? in.getInt(entry + 8) : entry + 8;
        int bits = in.getShort(at) & 0xFFFF;
        if (bits > 16) {
            throw new Malformed("a TIFF of %d bits a channel, which is not read; save it with 8 or 16".formatted(bits));
        }
        return bits;
    }

    private static long value(ByteBuffer in, int entry, int tag) {
        int type = in.getShort(entry + 2) & 0xFFFF;
        if (in.getInt(entry + 4) == 1 && type == 3) {
            return in.getShort(entry + 8) & 0xFFFF;
        }
        if (in.getInt(entry + 4) == 1 && type == 4) {
            return in.getInt(entry + 8) & 0xFFFFFFFFL;
        }
        throw new Malformed("damaged TIFF: tag %d of type %d".formatted(tag, type));
    }
}
