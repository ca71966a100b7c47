package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.halflight.HalflightException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kinds of pictures that are easily read wrong, against answers that are known otherwise. */
class PictureKindsTest {
    private static final Color RED = new Color(200, 30, 20);
    private static final Color BLUE = new Color(10, 40, 220);

    private static Picture decode(byte[] bytes) {
        return PictureDecoder.decode(bytes, "test picture", 0);
    }

    /** What each orientation does to a picture whose left half is red and whose upper right quarter is white. */
    @ParameterizedTest
    @CsvSource({
        "1, left, top, right", "2, right, top, left", "3, right, bottom, left", "4, left, bottom, right",
        "5, top, bottom, left", "6, top, bottom, right", "7, bottom, top, right", "8, bottom, top, left"
    })
    void allEightOrientationsComeOutUpright(int orientation, String red, String white, String whiteToo) {
        BufferedImage image = TestPictures.halves(160, 96, RED, BLUE);
        var graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(80, 0, 80, 48);
        graphics.dispose();
        byte[] jpeg = PictureKinds.withOrientation(TestPictures.encode(image, "jpg"), orientation);
        byte[] glass = PictureKinds.withOrientationChunk(
                TestPictures.encode(PictureKinds.repainted(image, BufferedImage.TYPE_INT_ARGB), "png"), orientation);
        byte[] tiff = tag(TestPictures.encode(image, "tiff"), 296, 3, orientation, 274); // in place of a unit of length
        for (Picture picture : List.of(
                decode(jpeg), PictureDecoder.decode(jpeg, "reduced while decoding", 12), decode(glass), decode(tiff))) {
            assertThat(picture.width() > picture.height()).isEqualTo(orientation < 5);
            near(at(picture, red, red), RED);
            near(at(picture, white, whiteToo), Color.WHITE);
        }
    }

    /** The pixel an eighth from two sides, or from one and midway between the others. */
    private static int[] at(Picture picture, String one, String other) {
        List<String> sides = List.of(one, other);
        int x = sides.contains("left")
                ? picture.width() / 8
                : sides.contains("right") ? picture.width() * 7 / 8 : picture.width() / 2;
        int y = sides.contains("top")
                ? picture.height() / 8
                : sides.contains("bottom") ? picture.height() * 7 / 8 : picture.height() / 2;
        return TestPictures.rgb(picture, x, y);
    }

    /** Inks are stored inverted: 255 is none. Red is (1 - cyan)(1 - black), and so on. */
    @ParameterizedTest
    @CsvSource({
        "0, 255, 255, 255, 0, 255, 255",
        "255, 0, 255, 255, 255, 0, 255",
        "255, 255, 0, 255, 255, 255, 0",
        "255, 255, 255, 0, 0, 0, 0",
        "255, 255, 255, 255, 255, 255, 255",
        "200, 100, 50, 204, 160, 80, 40"
    })
    void fourInksBecomeTheirColours(int c, int m, int y, int k, int red, int green, int blue) {
        near(TestPictures.rgb(decode(PictureKinds.cmyk(16, 16, c, m, y, k)), 8, 8), new Color(red, green, blue), 3);
    }

    @Test
    void sixteenBitsKeepTheirColours() {
        near(TestPictures.rgb(decode(PictureKinds.deep(3, 51_400)), 9, 9), new Color(200, 100, 0), 1);
        // red at 200 of 255, half of it let through, over white: (200 + 255) / 2
        near(TestPictures.rgb(decode(PictureKinds.deep(4, 51_400)), 9, 9), new Color(227, 177, 127), 2);
    }

    @Test
    void ofAnAnimationTheFirstPictureIsTaken() {
        BufferedImage first = TestPictures.halves(40, 30, RED, BLUE);
        BufferedImage second = TestPictures.halves(40, 30, BLUE, RED);
        Picture picture = decode(PictureKinds.animated(List.of(first, second, second)));
        near(TestPictures.rgb(picture, 5, 15), RED);
        near(TestPictures.rgb(picture, 35, 15), BLUE);
    }

    @Test
    void aPaletteIsLookedUp() {
        BufferedImage image = PictureKinds.repainted(
                TestPictures.halves(40, 30, new Color(204, 51, 0), new Color(0, 0, 204)),
                BufferedImage.TYPE_BYTE_INDEXED); // both are in its palette
        for (String format : List.of("png", "bmp", "gif")) {
            Picture picture = decode(TestPictures.encode(image, format));
            near(TestPictures.rgb(picture, 5, 15), new Color(204, 51, 0), 1);
            near(TestPictures.rgb(picture, 35, 15), new Color(0, 0, 204), 1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0000001c667479706865696300000000, HEIC",
        "0000001c667479706d69663100000000, HEIC",
        "0000001c667479706176696600000000, AVIF",
        "0000000c4a584c200d0a870a00000000, JPEG XL",
        "ff0a7f02000000000000000000000000, JPEG XL",
        "0000000c6a5020200d0a870a00000000, JPEG 2000",
        "38425053000100000000000000000000, Photoshop",
        "49492b00080000000000000000000000, BigTIFF",
        "255044462d312e340000000000000000, PDF"
    })
    void whatIsNotReadIsRefusedByName(String start, String name) {
        assertThatThrownBy(() -> decode(HexFormat.of().parseHex(start)))
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll("test picture: ", name, "not read; convert it to JPEG or PNG");
    }

    @Test
    void picturesOfAPhoneAreListedAndRefusedInsteadOfPassedOver(@TempDir Path folder) throws Exception {
        TestPictures.photograph(folder.resolve("a/1.jpg"), 40, 30, 1);
        Files.write(folder.resolve("a/2.HEIC"), HexFormat.of().parseHex("0000001c667479706865696300000000"));
        Dataset all = Datasets.open("folder:" + folder, new Datasets.Options(16));
        assertThat(Preflight.scan(all, (done, total) -> {}).unreadable())
                .singleElement()
                .satisfies(picture -> assertThat(picture.reason()).contains("2.HEIC: HEIC, which is not read"));
    }

    @Test
    void rareJpegsAreRefusedByName() {
        byte[] jpeg = TestPictures.encode(TestPictures.halves(40, 30, RED, BLUE), "jpg");
        int frame = frame(jpeg);
        refused(with(jpeg, frame + 1, 0xC3), "a lossless or hierarchical JPEG", "save it as");
        refused(with(jpeg, frame + 4, 12), "a JPEG of 12 bits", "save it with 8 bits");
        refused(with(jpeg, frame + 9, 2), "2 channels");
        byte[] again = Arrays.copyOfRange(jpeg, frame, frame + 19);
        refused(PictureKinds.inserted(jpeg, frame, again), "two sizes");
        byte[] scan = {(byte) 0xFF, (byte) 0xDA};
        byte[] scans = new byte[202];
        IntStream.range(0, 101).forEach(i -> System.arraycopy(scan, 0, scans, 2 * i, 2));
        byte[] progressive = PictureKinds.all().get("progressive.jpg");
        refused(PictureKinds.inserted(progressive, progressive.length - 2, scans), "more than 100 scans");
    }

    private static int frame(byte[] jpeg) {
        int at = 2;
        while (jpeg[at + 1] != (byte) 0xC0) {
            at += 2 + (((jpeg[at + 2] & 0xFF) << 8) | (jpeg[at + 3] & 0xFF));
        }
        return at;
    }

    @Test
    void aTiffThatCouldMeanTwoSizesIsRefused() {
        byte[] tiff = PictureKinds.all().get("tiles.tif");
        refused(tag(tiff, 256, 16, 61), "tag 256 of type 16"); // 64 bits, elsewhere in the file
        refused(tag(tag(tiff, 259, 4, 61), 259, 4, 61, 256), "tag 256 stands twice");
        refused(tag(tag(tiff, 322, 4, 1 << 20), 323, 4, 1 << 20), "tiles of 1048576 x 1048576");
        refused(tag(tiff, 277, 3, 9), "9 channels");
        refused(tag(tiff, 256, 4, 70_000), "a side of 70000 pixels");
    }

    @Test
    void filesThatCannotHoldTheirPixelsAreRefusedBeforeMemoryIsReserved() {
        byte[] png = TestPictures.encode(TestPictures.halves(40, 30, RED, BLUE), "png");
        byte[] wide = png.clone();
        ByteBuffer.wrap(wide).putInt(16, 9_000).putInt(20, 9_000);
        refused(wide, "cannot hold 9000 x 9000 pixels");
        byte[] bmp = TestPictures.encode(TestPictures.halves(40, 30, RED, BLUE), "bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 9_000);
        refused(bmp, "cut short");
        refused(Arrays.copyOf(bmp, 20), "cut short");
    }

    @Test
    @org.junit.jupiter.api.condition.EnabledOnOs(org.junit.jupiter.api.condition.OS.LINUX)
    void aPipeIsNoPicture(@TempDir Path folder) throws Exception {
        Path pipe = folder.resolve("1.jpg");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> PictureDecoder.decode(pipe, 16)).hasMessage(pipe + " is no ordinary file");
    }

    @Test
    void workThatTogetherExceedsTheLimitWaits() {
        Gate gate = new Gate(100);
        AtomicInteger held = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = IntStream.range(0, 6)
                .mapToObj(i -> new Thread(() -> {
                    int share = i == 5 ? 1000 : 40;
                    for (int round = 0; round < 20; round++) {
                        gate.during(share, () -> {
                            most.accumulateAndGet(held.addAndGet(Math.min(share, 100)), Math::max);
                            LockSupport.parkNanos(10_000); // long enough for another to come in, were it let
                            return held.addAndGet(-Math.min(share, 100));
                        });
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        threads.forEach(thread -> {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(most.get()).isBetween(40, 100);
        assertThat(held.get()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<svg></svg>", "<!doctype html>", "GIF", "BM"})
    void otherContentIsNoPicture(String text) {
        assertThatThrownBy(() -> decode(text.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(HalflightException.class)
                .hasMessageStartingWith("test picture: ");
    }

    private static byte[] with(byte[] file, int at, int value) {
        byte[] changed = file.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static byte[] tag(byte[] tiff, int tag, int type, int value) {
        return tag(tiff, tag, type, value, tag);
    }

    /** Rewrites one entry of the directory. */
    private static byte[] tag(byte[] tiff, int tag, int type, int value, int newTag) {
        ByteBuffer in =
                ByteBuffer.wrap(tiff.clone()).order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = in.getInt(4);
        for (int entry = directory + 2; entry < directory + 2 + 12 * in.getShort(directory); entry += 12) {
            if ((in.getShort(entry) & 0xFFFF) == tag) {
                in.putShort(entry, (short) newTag)
                        .putShort(entry + 2, (short) type)
                        .putInt(entry + 4, 1);
                if (type == 3) {
                    in.putShort(entry + 8, (short) value);
                } else {
                    in.putInt(entry + 8, value);
                }
                return in.array();
            }
        }
        throw new IllegalArgumentException("no tag " + tag);
    }

    private static void refused(byte[] bytes, String... parts) {
        assertThatThrownBy(() -> decode(bytes))
                .isInstanceOf(HalflightException.class)
                .hasMessageStartingWith("test picture: ")
                .hasMessageContainingAll(parts);
    }

    private static void near(int[] rgb, Color wanted) {
        near(rgb, wanted, 8);
    }

    private static void near(int[] rgb, Color wanted, int tolerance) {
        assertThat(rgb[0]).isCloseTo(wanted.getRed(), offset(tolerance));
        assertThat(rgb[1]).isCloseTo(wanted.getGreen(), offset(tolerance));
        assertThat(rgb[2]).isCloseTo(wanted.getBlue(), offset(tolerance));
    }
}
