package io.halflight.data;

import io.halflight.HalflightException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * What the first bytes of a picture file announce. Read in Java before the native decoder sees the file: it refuses
 * what is no picture, what is cut short and what would need gigabytes to decode.
 *
 * @param width stored columns, before any EXIF rotation
 * @param height stored rows
 * @param channels stored channels: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha or CMYK
 * @param alpha whether the file may be transparent somewhere
 * @param sampleBytes memory that one channel of one pixel takes while it is decoded
 */
record PictureHeader(Format format, int width, int height, int channels, boolean alpha, int sampleBytes) {
    enum Format {
        JPEG,
        PNG,
        GIF,
        BMP,
        WEBP,
        TIFF
    }

    private static final long MOST_PIXELS = 100_000_000;

    /** What JPEG and GIF can count to. A longer picture would stay large even at the size at which it is kept. */
    private static final int LONGEST_SIDE = 65_535;

    /** Deflate needs a bit for every 129 bytes, at the least. */
    private static final int MOST_DEFLATED = 8 * 129;

    private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;

    /** Thrown by the readers of formats, which know what is wrong but not with which file. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Malformed(String reason) {
            super(reason);
        }
    }

    static PictureHeader read(byte[] bytes, String name) {
        PictureHeader header;
        try {
            header = parse(ByteBuffer.wrap(bytes));
        } catch (Malformed e) {
            throw HalflightException.run("%s: %s".formatted(name, e.getMessage()), e);
        } catch (IndexOutOfBoundsException e) {
            throw HalflightException.run(name + ": the file is cut short", e);
        }
        if (header.width < 1 || header.height < 1) {
            throw HalflightException.run(
                    "%s: the file announces %d x %d pixels".formatted(name, header.width, header.height));
        }
        if (header.pixels() > MOST_PIXELS) {
            throw HalflightException.run(
                    "%s: %d x %d pixels are more than the %d million that are decoded; scale it down"
                            .formatted(name, header.width, header.height, MOST_PIXELS / 1_000_000));
        }
        return header;
    }

    long pixels() {
        return (long) width * height;
    }

    /** A side as a file announces it; 0 stays, for the check that all formats share. */
    static int side(long announced) {
        if (announced < 0 || announced > LONGEST_SIDE) {
            throw new Malformed("a side of %d pixels; the longest that is decoded has %d, scale it down"
                    .formatted(announced, LONGEST_SIDE));
        }
        return (int) announced;
    }

    private static PictureHeader parse(ByteBuffer in) {
        if (in.capacity() == 0) {
            throw new Malformed("the file is empty");
        }
        int start = in.getInt(0);
        if (start >>> 8 == 0xFFD8FF) {
            return JpegHeader.read(in);
        }
        if (in.getLong(0) == PNG_SIGNATURE) {
            return png(in);
        }
        if (start == 0x47494638) { // GIF8
            in.order(ByteOrder.LITTLE_ENDIAN);
            return new PictureHeader(Format.GIF, u16(in, 6), u16(in, 8), 3, true, 1);
        }
        if (start >>> 16 == 0x424D) { // BM
            return bmp(in.order(ByteOrder.LITTLE_ENDIAN));
        }
        if (start == 0x52494646 && in.getInt(8) == 0x57454250) { // RIFF, WEBP
            return webp(in.order(ByteOrder.LITTLE_ENDIAN));
        }
        if (start == TiffHeader.LITTLE || start == TiffHeader.BIG) {
            return TiffHeader.read(in, start);
        }
        throw new Malformed(ForeignFormat.refusal(in));
    }

    private static PictureHeader png(ByteBuffer in) {
        int type = u8(in, 25);
        int channels = switch (type) {
            case 0 -> 1;
            case 2, 3 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> throw new Malformed("damaged PNG: colour type " + type);
        };
        if (in.getInt(12) != 0x49484452) { // IHDR
            throw new Malformed("damaged PNG: it does not begin with its size");
        }
        boolean alpha = type >= 4;
        long packed = 0;
        int at = 8;
        while (true) {
            int length = in.getInt(at);
            int name = in.getInt(at + 4);
            if (length < 0 || length > in.capacity() - at - 12) {
                throw new Malformed("the file is cut short: a part of this PNG ends beyond it");
            }
            alpha |= name == 0x74524E53; // tRNS
            packed += name == 0x49444154 ? length : 0; // IDAT
            if (name == 0x49454E44) { // IEND
                break;
            }
            at += 12 + length;
        }
        int width = side(in.getInt(16) & 0xFFFFFFFFL);
        int height = side(in.getInt(20) & 0xFFFFFFFFL);
        int bits = u8(in, 24) * (type == 3 ? 1 : channels);
        if (packed == 0) {
            throw new Malformed("damaged PNG: no pixels");
        }
        boolean tried = (long) width * height <= MOST_PIXELS;
        if (tried && ((long) width * bits / 8 + 1) * height / MOST_DEFLATED > packed) {
            throw new Malformed("damaged PNG: %d bytes cannot hold %d x %d pixels".formatted(packed, width, height));
        }
        return new PictureHeader(Format.PNG, width, height, channels, alpha, u8(in, 24) == 16 ? 2 : 1);
    }

    private static PictureHeader bmp(ByteBuffer in) {
        boolean old = in.getInt(14) == 12;
        int width = side(old ? u16(in, 18) : in.getInt(18));
        int height = side(old ? u16(in, 20) : Math.abs((long) in.getInt(22))); // negative: rows from top to bottom
        int bits = u16(in, old ? 24 : 28);
        boolean packed = !old && in.getInt(30) != 0 && bits <= 8; // in runs of equal pixels
        long rowBytes = ((long) width * bits + 31) / 32 * 4;
        if (!packed && rowBytes * height > in.capacity()) {
            throw new Malformed(
                    "the file is cut short: this BMP has no %d rows of %d bytes".formatted(height, rowBytes));
        }
        return new PictureHeader(Format.BMP, width, height, 3, false, 1);
    }

    private static PictureHeader webp(ByteBuffer in) {
        if (Integer.toUnsignedLong(in.getInt(4)) + 8 > in.capacity()) {
            throw new Malformed("the file is cut short: this WebP ends beyond it");
        }
        int kind = Integer.reverseBytes(in.getInt(12));
        return switch (kind) {
            case 0x56503820 -> // "VP8 ", lossy
                new PictureHeader(Format.WEBP, u16(in, 26) & 0x3FFF, u16(in, 28) & 0x3FFF, 3, false, 1);
            case 0x5650384C -> { // "VP8L", lossless
                int bits = in.getInt(21);
                boolean alpha = (bits >>> 28 & 1) != 0;
                yield new PictureHeader(
                        Format.WEBP, (bits & 0x3FFF) + 1, (bits >>> 14 & 0x3FFF) + 1, alpha ? 4 : 3, alpha, 1);
            }
            case 0x56503858 -> { // "VP8X", extended
                boolean alpha = (u8(in, 20) & 0x10) != 0;
                yield new PictureHeader(
                        Format.WEBP,
                        (in.getInt(24) & 0xFFFFFF) + 1,
                        (u16(in, 27) | u8(in, 29) << 16) + 1,
                        alpha ? 4 : 3,
                        alpha,
                        1);
            }
            default -> throw new Malformed("damaged WebP");
        };
    }

    private static int u8(ByteBuffer in, int at) {
        return in.get(at) & 0xFF;
    }

    private static int u16(ByteBuffer in, int at) {
        return in.getShort(at) & 0xFFFF;
    }

    @Override
    public String toString() {
        return "%s %d x %d x %d".formatted(format.name().toLowerCase(Locale.ROOT), channels, height, width);
    }
}
