package io.halflight.data;

import io.halflight.data.PictureHeader.Malformed;
import java.nio.ByteBuffer;

/** The size in a JPEG file. Whatever the native decoder could take for another size than this reader is refused. */
final class JpegHeader {
    /** Photographs have one scan, progressive ones about ten; each costs a pass over the whole picture. */
    private static final int MOST_SCANS = 100;

    private static final int START_OF_SCAN = 0xDA;
    private static final int END = 0xD9;
    private static final int PROGRESSIVE = 2; // the last two bits of the marker of the size

    /** Where the marker of the size stands, and how many channels follow it. */
    private record Frame(int at, int components) {}

    private JpegHeader() {}

    static PictureHeader read(ByteBuffer in) {
        Frame frame = null;
        int at = 2;
        while (true) {
            while (u8(in, at) == 0xFF && u8(in, at + 1) == 0xFF) {
                at++; // fill bytes
            }
            if (u8(in, at) != 0xFF) {
                throw new Malformed("damaged JPEG: no marker at byte " + at);
            }
            int marker = u8(in, at + 1);
            if (marker == START_OF_SCAN) {
                break;
            }
            int length = u16(in, at + 2);
            if (length < 2 || marker < 0xC0 || (marker >= 0xD0 && marker <= END)) { // these have no length
                throw new Malformed("damaged JPEG: no pixels");
            }
            if (isFrame(marker)) {
                if (frame != null) {
                    throw new Malformed("damaged JPEG: two sizes");
                }
                frame = frame(in, at, marker);
            }
            at += 2 + length;
        }
        if (frame == null) {
            throw new Malformed("damaged JPEG: no size before the pixels");
        }
        boolean many = (u8(in, frame.at() + 1) & 3) == PROGRESSIVE || u8(in, at + 4) < frame.components();
        checkScans(in, at, many);
        // Of several scans the coefficients, 16 bits each, are all held until the last one.
        return new PictureHeader(
                PictureHeader.Format.JPEG,
                u16(in, frame.at() + 7),
                u16(in, frame.at() + 5),
                frame.components(),
                false,
                many ? 3 : 1);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static Frame frame(ByteBuffer in, int at, int marker) {
        // The last two bits: 0 and 1 plain, 2 progressive, 3 lossless. C5 to C7 and CD to CF: differences to another
        // frame.
        if ((marker & 3) == 3 || (marker >= 0xC5 && marker <= 0xC7) || marker >= 0xCD) {
            throw new Malformed(
                    "a lossless or hierarchical JPEG, which is not read; save it as an ordinary JPEG or as PNG");
        }
        if (u8(in, at + 4) != 8) {
            throw new Malformed(
                    "a JPEG of %d bits, which is not read; save it with 8 bits or as PNG".formatted(u8(in, at + 4)));
        }
        int components = u8(in, at + 9);
        if (components != 1 && components != 3 && components != 4) {
            throw new Malformed("damaged JPEG: %d channels".formatted(components));
        }
        return new Frame(at, components);
    }

    /** Coded pixels contain no markers but these, since 0xFF is followed by a zero there. */
    private static void checkScans(ByteBuffer in, int from, boolean many) {
        int end = in.capacity() - 2;
        while (end > from && (in.get(end) != (byte) 0xFF || in.get(end + 1) != (byte) END)) {
            end--;
        }
        if (end <= from) {
            throw new Malformed("the file is cut short: this JPEG has no end marker");
        }
        int scans = 0;
        for (int at = from; many && at < end; at++) {
            if (in.get(at) == (byte) 0xFF && in.get(at + 1) == (byte) START_OF_SCAN && ++scans > MOST_SCANS) {
                throw new Malformed("this JPEG has more than %d scans; save it again".formatted(MOST_SCANS));
            }
        }
    }

    private static int u8(ByteBuffer in, int at) {
        return in.get(at) & 0xFF;
    }

    private static int u16(ByteBuffer in, int at) {
        return in.getShort(at) & 0xFFFF;
    }
}
