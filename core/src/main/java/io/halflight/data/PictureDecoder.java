package io.halflight.data;

import static org.bytedeco.opencv.global.opencv_core.CV_16U;
import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_ANYCOLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_ANYDEPTH;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;

import io.halflight.HalflightException;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Decodes picture files to three planar channels of 8 bits by OpenCV. Pictures are turned upright as EXIF says; grey
 * becomes three equal channels; transparency is laid over white; 16 bits are rounded to 8; four inks are taken as
 * Photoshop stores them, inverted; of an animation the first picture is taken. However many threads decode, they hold no
 * more native memory together than the largest picture may take alone.
 */
public final class PictureDecoder {
    /** How many times the training side is kept: random crops of a quarter of the area then still have full resolution. */
    private static final int STORED_PER_TRAINED = 2;

    private static final double SIXTEEN_TO_EIGHT_BITS = 1 / 257.0;

    /** Everything as it is stored, but upright, which IMREAD_UNCHANGED leaves undone. */
    private static final int WITH_ALPHA = IMREAD_COLOR | IMREAD_ANYCOLOR | IMREAD_ANYDEPTH;

    private static final Gate MEGABYTES = new Gate(2048);

    /** Pixels laid over white at a time. */
    private static final int BLOCK = 1 << 16;

    static {
        opencv_core.setNumThreads(1); // loader threads are the parallelism
    }

    private PictureDecoder() {}

    /**
     * Decodes one file.
     *
     * @param storeSide as in {@link #decode(byte[], String, int)}
     * @throws HalflightException naming the file if it is missing, has more than 512 MB, or for the reasons given there
     */
    public static Picture decode(Path file, int storeSide) {
        return PictureFile.read(file, bytes -> decode(bytes, file.toString(), storeSide));
    }

    /**
     * Decodes the content of one file.
     *
     * @param bytes its content
     * @param name what to call it in messages
     * @param storeSide the training side: the shorter side is reduced to twice this by area averaging if it is larger; 0
     *     keeps every pixel
     * @throws HalflightException if it is no picture, damaged, or has more than 100 million pixels or 65,535 along a side
     */
    public static Picture decode(byte[] bytes, String name, int storeSide) {
        PictureHeader header = PictureHeader.read(bytes, name);
        int target = storeSide * STORED_PER_TRAINED;
        int flags = flags(header, target);
        return MEGABYTES.during(
                megabytes(header, flags, bytes.length), () -> decode(bytes, header, name, flags, target));
    }

    /**
     * How many pixels a file announces, before anything is decoded.
     *
     * @throws HalflightException as {@link #decode(byte[], String, int)}
     */
    public static long pixels(byte[] bytes, String name) {
        return PictureHeader.read(bytes, name).pixels();
    }

    private static Picture decode(byte[] bytes, PictureHeader header, String name, int flags, int target) {
        try (PointerScope scope = new PointerScope()) {
            Mat coded = new Mat(1, bytes.length, CV_8UC1, new BytePointer(bytes));
            Mat decoded = opencv_imgcodecs.imdecode(coded, flags);
            if (decoded.empty()) {
                throw refused(header, name, "");
            }
            Mat colour = reduced(threeChannels(decoded, name), target);
            return planar(colour);
        } catch (HalflightException e) {
            throw e;
        } catch (RuntimeException e) { // what OpenCV throws arrives as this
            throw refused(header, name, String.valueOf(e.getMessage()));
        }
    }

    private static HalflightException refused(PictureHeader header, String name, String reason) {
        return HalflightException.run(
                "%s: this %s cannot be decoded%s; it is damaged or of a rare kind, save it again as PNG"
                        .formatted(
                                name,
                                header.format(),
                                reason.isEmpty()
                                        ? ""
                                        : " (" + reason.lines().findFirst().orElse("") + ")"));
    }

    /** What decoding takes at the most, as measured: the file, what the decoder keeps, and one or two copies of the pixels. */
    private static long megabytes(PictureHeader header, int flags, int fileBytes) {
        long full = header.pixels() * header.channels() * header.sampleBytes();
        long decoded = header.pixels() * (header.alpha() ? 4L * header.sampleBytes() + 7 : 3);
        int reduction = flags == IMREAD_REDUCED_COLOR_8
                ? 8
                : flags == IMREAD_REDUCED_COLOR_4 ? 4 : flags == IMREAD_REDUCED_COLOR_2 ? 2 : 1;
        long held = header.sampleBytes() > 1 || header.format() != PictureHeader.Format.JPEG ? full : 0;
        long bytes = fileBytes + held + decoded / ((long) reduction * reduction);
        return (bytes >> 20) + 1;
    }

    /** JPEG can leave out detail while decoding, several times faster than reducing afterwards. */
    private static int flags(PictureHeader header, int target) {
        if (header.alpha()) {
            return WITH_ALPHA;
        }
        int shorter = Math.min(header.width(), header.height());
        if (target == 0 || header.format() != PictureHeader.Format.JPEG || shorter < 2 * target) {
            return IMREAD_COLOR;
        }
        return shorter >= 8 * target
                ? IMREAD_REDUCED_COLOR_8
                : shorter >= 4 * target ? IMREAD_REDUCED_COLOR_4 : IMREAD_REDUCED_COLOR_2;
    }

    private static Mat threeChannels(Mat decoded, String name) {
        Mat eight = decoded;
        if (decoded.depth() == CV_16U) {
            eight = new Mat();
            decoded.convertTo(eight, CV_8U, SIXTEEN_TO_EIGHT_BITS, 0);
        }
        if (eight.depth() != CV_8U) {
            throw HalflightException.run(name + ": pixels that are neither of 8 nor of 16 bits; save it as 8 bits");
        }
        int channels = eight.channels();
        if (channels == 3) {
            return eight;
        }
        Mat packed = eight.isContinuous() ? eight : eight.clone();
        Mat colour = new Mat(eight.rows(), eight.cols(), CV_8UC3);
        BytePointer source = new BytePointer(packed.data());
        BytePointer target = new BytePointer(colour.data());
        byte[] from = new byte[channels * BLOCK];
        byte[] to = new byte[3 * BLOCK];
        long area = (long) eight.rows() * eight.cols();
        for (long at = 0; at < area; at += BLOCK) {
            int count = (int) Math.min(BLOCK, area - at);
            source.position(at * channels).get(from, 0, count * channels);
            overWhite(from, channels, to, count);
            target.position(at * 3).put(to, 0, count * 3);
        }
        return colour;
    }

    /** Grey with or without alpha, or colour with it, to colour. */
    private static void overWhite(byte[] from, int channels, byte[] to, int count) {
        for (int i = 0; i < count; i++) {
            int alpha = channels % 2 == 0 ? from[channels * i + channels - 1] & 0xFF : 255;
            for (int c = 0; c < 3; c++) {
                int value = from[channels * i + (channels > 2 ? c : 0)] & 0xFF;
                to[3 * i + c] = (byte) ((value * alpha + 255 * (255 - alpha) + 127) / 255);
            }
        }
    }

    private static Mat reduced(Mat picture, int target) {
        int shorter = Math.min(picture.rows(), picture.cols());
        if (target == 0 || shorter <= target) {
            return picture;
        }
        double scale = (double) target / shorter;
        int width = Math.max(target, (int) Math.round(picture.cols() * scale));
        int height = Math.max(target, (int) Math.round(picture.rows() * scale));
        Mat smaller = new Mat();
        opencv_imgproc.resize(picture, smaller, new Size(width, height), 0, 0, opencv_imgproc.INTER_AREA);
        return smaller;
    }

    /** Blue, green, red interleaved to red, green, blue planes; OpenCV takes them apart several times faster than a loop here. */
    private static Picture planar(Mat bgr) {
        int area = bgr.rows() * bgr.cols();
        byte[] planes = new byte[3 * area];
        MatVector channels = new MatVector();
        opencv_core.split(bgr, channels);
        for (int c = 0; c < 3; c++) {
            channels.get(2 - c).data().get(planes, c * area, area);
        }
        return new Picture(3, bgr.rows(), bgr.cols(), planes);
    }
}
