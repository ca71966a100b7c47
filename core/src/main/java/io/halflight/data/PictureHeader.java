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
 */
record PictureHeader(Format format, int width, int height, int channels, boolean alpha) {
    enum Format {
        JPEG,
        PNG,
        GIF,
        BMP,
        WEBP,
        TIFF
    }

    private static final long MOST_PIXELS = 100_000_000;
    private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;

    /** Thrown, and caught, inside this file: the reader knows what is wrong but not with which file. */
    private static final class Malformed extends RuntimeException {
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
        if ((long) header.width * header.height > MOST_PIXELS) {
            throw HalflightException.run(
                    "%s: %d x %d pixels are more than the %d million that are decoded; scale it down"
                            .formatted(name, header.width, header.height, MOST_PIXELS / 1_000_000));
        }
        return header;
    }

    private static PictureHeader parse(ByteBuffer in) {
        if (in.capacity() == 0) {
            throw new Malformed("the file is empty");
        }
        int start = in.getInt(0);
        if (start >>> 8 == 0xFFD8FF) {
            return jpeg(in);
        }
        if (in.getLong(0) == PNG_SIGNATURE) {
            return png(in);
        }
        if (start == 0x47494638) { // GIF8
            in.order(ByteOrder.LITTLE_ENDIAN);
            return new PictureHeader(Format.GIF, u16(in, 6), u16(in, 8), 3, true);
        }
        if (start >>> 16 == 0x424D) { // BM
            return bmp(in.order(ByteOrder.LITTLE_ENDIAN));
        }
        if (start == 0x52494646 && in.getInt(8) == 0x57454250) { // RIFF, WEBP
            return webp(in.order(ByteOrder.LITTLE_ENDIAN));
        }
        if (start == 0x49492A00 || start == 0x4D4D002A) { // II*, MM*
            return tiff(in.order(start == 0x49492A00 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN));
        }
        throw new Malformed("not a picture: the content is none of JPEG, PNG, GIF, BMP, WebP and TIFF");
    }

    private static PictureHeader jpeg(ByteBuffer in) {
        PictureHeader header = null;
        int at = 2;
        while (true) {
            while (u8(in, at) == 0xFF && u8(in, at + 1) == 0xFF) {
                at++; // fill bytes
            }
            if (u8(in, at) != 0xFF) {
                throw new Malformed("damaged JPEG: no marker at byte " + at);
            }
            int marker = u8(in, at + 1);
            boolean tables = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
            if (marker >= 0xC0 && marker <= 0xCF && !tables) { // start of frame
                int components = u8(in, at + 9);
                header = new PictureHeader(Format.JPEG, u16(in, at + 7), u16(in, at + 5), components, false);
            }
            if (marker == 0xDA) { // start of scan
                break;
            }
            int length = u16(in, at + 2);
            if (length < 2 || marker == 0xD9) {
                throw new Malformed("damaged JPEG: no pixels");
            }
            at += 2 + length;
        }
        if (header == null) {
            throw new Malformed("damaged JPEG: no size before the pixels");
        }
        for (int end = in.capacity() - 2; end > at; end--) { // coded pixels never contain the end marker
            if (in.get(end) == (byte) 0xFF && in.get(end + 1) == (byte) 0xD9) {
                return header;
            }
        }
        throw new Malformed("the file is cut short: this JPEG has no end marker");
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
        boolean alpha = type >= 4;
        boolean pixels = false;
        int at = 8;
        while (true) {
            int length = in.getInt(at);
            int name = in.getInt(at + 4);
            if (length < 0 || length > in.capacity() - at - 12) {
                throw new Malformed("the file is cut short: a part of this PNG ends beyond it");
            }
            alpha |= name == 0x74524E53; // tRNS
            pixels |= name == 0x49444154; // IDAT
            if (name == 0x49454E44) { // IEND
                break;
            }
            at += 12 + length;
        }
        if (!pixels) {
            throw new Malformed("damaged PNG: no pixels");
        }
        return new PictureHeader(Format.PNG, in.getInt(16), in.getInt(20), channels, alpha);
    }

    private static PictureHeader bmp(ByteBuffer in) {
        boolean old = in.getInt(14) == 12;
        int width = old ? u16(in, 18) : in.getInt(18);
        int height = old ? u16(in, 20) : Math.abs(in.getInt(22)); // negative: rows from top to bottom
        return new PictureHeader(Format.BMP, width, height, 3, false);
    }

    private static PictureHeader webp(ByteBuffer in) {
        if (Integer.toUnsignedLong(in.getInt(4)) + 8 > in.capacity()) {
            throw new Malformed("the file is cut short: this WebP ends beyond it");
        }
        int kind = Integer.reverseBytes(in.getInt(12));
        return switch (kind) {
            case 0x56503820 -> // "VP8 ", lossy
                new PictureHeader(Format.WEBP, u16(in, 26) & 0x3FFF, u16(in, 28) & 0x3FFF, 3, false);
            case 0x5650384C -> { // "VP8L", lossless
                int bits = in.getInt(21);
                boolean alpha = (bits >>> 28 & 1) != 0;
                yield new PictureHeader(
                        Format.WEBP, (bits & 0x3FFF) + 1, (bits >>> 14 & 0x3FFF) + 1, alpha ? 4 : 3, alpha);
            }
            case 0x56503858 -> { // "VP8X", extended
                boolean alpha = (u8(in, 20) & 0x10) != 0;
                yield new PictureHeader(
                        Format.WEBP,
                        (in.getInt(24) & 0xFFFFFF) + 1,
                        (u16(in, 27) | u8(in, 29) << 16) + 1,
                        alpha ? 4 : 3,
                        alpha);
            }
            default -> throw new Malformed("damaged WebP");
        };
    }

    private static PictureHeader tiff(ByteBuffer in) {
        int directory = in.getInt(4);
        int count = u16(in, directory);
        int width = 0;
        int height = 0;
        int samples = 1;
        int photometric = 0;
        for (int i = 0; i < count; i++) {
            int entry = directory + 2 + 12 * i;
            int value = u16(in, entry + 2) == 3 ? u16(in, entry + 8) : in.getInt(entry + 8);
            switch (u16(in, entry)) {
                case 256 -> width = value;
                case 257 -> height = value;
                case 262 -> photometric = value;
                case 277 -> samples = value;
                default -> {}
            }
        }
        boolean cmyk = photometric == 5;
        return new PictureHeader(Format.TIFF, width, height, Math.min(samples, 4), samples == 4 && !cmyk);
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
