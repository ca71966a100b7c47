package io.halflight.data;

import static org.bytedeco.opencv.global.opencv_core.CV_16U;
import static org.bytedeco.opencv.global.opencv_core.CV_8U;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_COLOR_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;

import io.halflight.HalflightException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Decodes picture files to three planar channels of 8 bits by OpenCV. Pictures are turned upright as EXIF says (not
 * those with transparency, which cameras do not write); grey becomes three equal channels; transparency is laid over
 * white; 16 bits are rounded to 8.
 */
public final class PictureDecoder {
    /** How many times the training side is kept: random crops of a quarter of the area then still have full resolution. */
    private static final int STORED_PER_TRAINED = 2;

    private static final double SIXTEEN_TO_EIGHT_BITS = 1 / 257.0;

    static {
        opencv_core.setNumThreads(1); // loader threads are the parallelism
    }

    private PictureDecoder() {}

    /**
     * Decodes one file.
     *
     * @param bytes its content
     * @param name what to call it in messages
     * @param storeSide the training side: the shorter side is reduced to twice this by area averaging if it is larger; 0
     *     keeps every pixel
     * @throws HalflightException if it is no picture, damaged, or has more than 100 million pixels
     */
    public static Picture decode(byte[] bytes, String name, int storeSide) {
        PictureHeader header = PictureHeader.read(bytes, name);
        int target = storeSide * STORED_PER_TRAINED;
        try (PointerScope scope = new PointerScope()) {
            Mat coded = new Mat(1, bytes.length, CV_8UC1, new BytePointer(bytes));
            Mat decoded = opencv_imgcodecs.imdecode(coded, flags(header, target));
            if (decoded.empty()) {
                throw HalflightException.run("%s: this %s cannot be decoded; it is damaged or of a rare kind"
                        .formatted(name, header.format()));
            }
            Mat colour = reduced(threeChannels(decoded, name), target);
            return planar(colour);
        } catch (HalflightException e) {
            throw e;
        } catch (RuntimeException e) { // what OpenCV throws arrives as this
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw HalflightException.run(
                    "%s: this %s cannot be decoded: %s".formatted(name, header.format(), reason), e);
        }
    }

    /** JPEG can leave out detail while decoding, several times faster than reducing afterwards. */
    private static int flags(PictureHeader header, int target) {
        if (header.alpha()) {
            return IMREAD_UNCHANGED;
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
        byte[] from = pixels(eight);
        int area = eight.rows() * eight.cols();
        byte[] to = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            int alpha = channels % 2 == 0 ? from[channels * i + channels - 1] & 0xFF : 255;
            for (int c = 0; c < 3; c++) {
                int value = from[channels * i + (channels > 2 ? c : 0)] & 0xFF;
                to[3 * i + c] = (byte) ((value * alpha + 255 * (255 - alpha) + 127) / 255);
            }
        }
        return new Mat(eight.rows(), eight.cols(), CV_8UC3, new BytePointer(to));
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

    private static byte[] pixels(Mat picture) {
        Mat packed = picture.isContinuous() ? picture : picture.clone();
        byte[] bytes = new byte[packed.rows() * packed.cols() * packed.channels()];
        packed.data().get(bytes);
        return bytes;
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
