package io.halflight.data;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jspecify.annotations.Nullable;

/** Whole files of every kind that cameras, scanners and programs leave behind. */
final class PictureKinds {
    private static final int WIDTH = 61;
    private static final int HEIGHT = 47;

    private PictureKinds() {}

    /** By a name whose end is the extension. */
    static Map<String, byte[]> all() {
        BufferedImage scene = TestPictures.scene(WIDTH, HEIGHT, 3);
        Map<String, byte[]> kinds = new LinkedHashMap<>();
        kinds.put("plain.jpg", TestPictures.encode(scene, "jpg"));
        kinds.put("turned.jpg", withOrientation(TestPictures.encode(scene, "jpg"), 6));
        kinds.put("progressive.jpg", written(scene, "jpeg", null, true));
        kinds.put("grey.jpg", TestPictures.encode(grey(BufferedImage.TYPE_BYTE_GRAY), "jpg"));
        kinds.put("inks.jpg", cmyk(WIDTH, HEIGHT, 255, 40, 200, 230));
        kinds.put("plain.png", TestPictures.encode(scene, "png"));
        kinds.put("deep.png", deep(3, 40_000));
        kinds.put("glass.png", TestPictures.encode(repainted(scene, BufferedImage.TYPE_INT_ARGB), "png"));
        kinds.put("deepglass.png", deep(4, 20_000));
        kinds.put("palette.png", TestPictures.encode(repainted(scene, BufferedImage.TYPE_BYTE_INDEXED), "png"));
        kinds.put("bits.png", TestPictures.encode(repainted(scene, BufferedImage.TYPE_BYTE_BINARY), "png"));
        kinds.put("plain.bmp", TestPictures.encode(scene, "bmp"));
        kinds.put("palette.bmp", TestPictures.encode(repainted(scene, BufferedImage.TYPE_BYTE_INDEXED), "bmp"));
        kinds.put("runs.bmp", written(repainted(scene, BufferedImage.TYPE_BYTE_INDEXED), "bmp", "BI_RLE8", false));
        kinds.put("plain.gif", TestPictures.encode(scene, "gif"));
        kinds.put("animated.gif", animated(List.of(scene, TestPictures.scene(WIDTH, HEIGHT, 8), scene)));
        kinds.put("plain.tif", TestPictures.encode(scene, "tiff"));
        for (String compression : List.of("LZW", "Deflate", "PackBits", "JPEG")) {
            kinds.put(
                    compression.toLowerCase(java.util.Locale.ROOT) + ".tif",
                    written(scene, "tiff", compression, false));
        }
        kinds.put("tiles.tif", tiled(scene));
        kinds.put("deep.tif", TestPictures.encode(grey(BufferedImage.TYPE_USHORT_GRAY), "tiff"));
        kinds.put("lossy.webp", native_(scene, ".webp", opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 60));
        kinds.put("lossless.webp", native_(scene, ".webp", opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 101));
        return kinds;
    }

    /** Four inks as Photoshop leaves them: inverted, so that 255 is no ink. */
    static byte[] cmyk(int width, int height, int cyan, int magenta, int yellow, int black) {
        WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, 4, null);
        for (int i = 0; i < width * height; i++) {
            inks.setPixel(i % width, i / width, new int[] {cyan, magenta, yellow, black});
        }
        byte[] jpeg = written(new IIOImage(inks, null, null), "jpeg", param -> {});
        byte[] adobe = HexFormat.of().parseHex("ffee000e41646f626500640000000000"); // no transform: plain inks
        return inserted(jpeg, 2, adobe);
    }

    /** One colour in 16 bits a channel, three channels of it, or four with half of the light let through. */
    static byte[] deep(int channels, int level) {
        try (PointerScope scope = new PointerScope()) {
            Mat picture = new Mat(HEIGHT, WIDTH, opencv_core.CV_MAKETYPE(opencv_core.CV_16U, channels));
            short[] pixels = new short[WIDTH * HEIGHT * channels]; // blue, green, red, alpha
            for (int i = 0; i < pixels.length; i++) {
                int c = i % channels;
                pixels[i] = (short) (c == 3 ? 32_768 : c == 2 ? level : c == 1 ? level / 2 : 0);
            }
            new org.bytedeco.javacpp.ShortPointer(picture.data()).put(pixels);
            return encoded(picture, ".png");
        }
    }

    static byte[] animated(List<BufferedImage> pictures) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            for (BufferedImage picture : pictures) {
                writer.writeToSequence(new IIOImage(picture, null, null), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    /** Puts an EXIF block with nothing but the orientation after the start marker. */
    static byte[] withOrientation(byte[] jpeg, int orientation) {
        byte[] exif = exif(orientation);
        byte[] block = ByteBuffer.allocate(10 + exif.length)
                .putShort((short) 0xFFE1)
                .putShort((short) (8 + exif.length))
                .put("Exif\0\0".getBytes(StandardCharsets.US_ASCII))
                .put(exif)
                .array();
        return inserted(jpeg, 2, block);
    }

    /** The same for PNG, between its size and its pixels. */
    static byte[] withOrientationChunk(byte[] png, int orientation) {
        return inserted(png, 33, chunk("eXIf", exif(orientation)));
    }

    static byte[] chunk(String name, byte[] content) {
        byte[] body = ByteBuffer.allocate(4 + content.length)
                .put(name.getBytes(StandardCharsets.US_ASCII))
                .put(content)
                .array();
        CRC32 crc = new CRC32();
        crc.update(body);
        return ByteBuffer.allocate(8 + body.length)
                .putInt(content.length)
                .put(body)
                .putInt((int) crc.getValue())
                .array();
    }

    static byte[] inserted(byte[] file, int at, byte[] part) {
        return ByteBuffer.allocate(file.length + part.length)
                .put(file, 0, at)
                .put(part)
                .put(file, at, file.length - at)
                .array();
    }

    static BufferedImage repainted(BufferedImage picture, int type) {
        BufferedImage copy = new BufferedImage(picture.getWidth(), picture.getHeight(), type);
        copy.createGraphics().drawImage(picture, 0, 0, null);
        return copy;
    }

    private static byte[] exif(int orientation) {
        return ByteBuffer.allocate(26)
                .put("MM".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0)
                .putInt(0)
                .array();
    }

    private static BufferedImage grey(int type) {
        BufferedImage grey = new BufferedImage(WIDTH, HEIGHT, type);
        var graphics = grey.createGraphics();
        graphics.setColor(Color.GRAY);
        graphics.fillOval(5, 5, 40, 30);
        graphics.dispose();
        return grey;
    }

    private static byte[] tiled(BufferedImage picture) {
        return written(new IIOImage(picture, null, null), "tiff", param -> {
            param.setTilingMode(ImageWriteParam.MODE_EXPLICIT);
            param.setTiling(32, 32, 0, 0);
        });
    }

    private static byte[] written(
            BufferedImage picture, String format, @Nullable String compression, boolean progressive) {
        return written(new IIOImage(picture, null, null), format, param -> {
            if (compression != null) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionType(compression);
            }
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
        });
    }

    private static byte[] written(
            IIOImage picture, String format, java.util.function.Consumer<ImageWriteParam> settings) {
        ImageWriter writer = picture.hasRaster()
                ? ImageIO.getImageWritersByFormatName(format).next()
                : ImageIO.getImageWriters(
                                ImageTypeSpecifier.createFromRenderedImage(picture.getRenderedImage()), format)
                        .next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            ImageWriteParam param = writer.getDefaultWriteParam();
            settings.accept(param);
            writer.write(null, picture, param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static byte[] native_(BufferedImage picture, String extension, int... settings) {
        try (PointerScope scope = new PointerScope()) {
            byte[] png = TestPictures.encode(picture, "png");
            Mat coded = new Mat(1, png.length, opencv_core.CV_8UC1, new BytePointer(png));
            return encoded(opencv_imgcodecs.imdecode(coded, opencv_imgcodecs.IMREAD_COLOR), extension, settings);
        }
    }

    private static byte[] encoded(Mat picture, String extension, int... settings) {
        BytePointer out = new BytePointer();
        opencv_imgcodecs.imencode(extension, picture, out, new IntPointer(settings));
        byte[] bytes = new byte[(int) out.limit()];
        out.get(bytes);
        return bytes;
    }
}
