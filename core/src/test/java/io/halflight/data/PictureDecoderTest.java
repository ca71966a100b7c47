package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.halflight.HalflightException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderTest {
    private static final Color RED = new Color(200, 30, 20);
    private static final Color BLUE = new Color(10, 40, 220);

    private static Picture decode(byte[] bytes) {
        return PictureDecoder.decode(bytes, "test picture", 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "jpg", "gif", "tiff"})
    void everyFormatKeepsColoursAndPlaces(String format) {
        Picture picture = decode(TestPictures.encode(TestPictures.halves(40, 24, RED, BLUE), format));
        assertThat(new int[] {picture.channels(), picture.height(), picture.width()})
                .containsExactly(3, 24, 40);
        close(TestPictures.rgb(picture, 5, 12), RED, 6);
        close(TestPictures.rgb(picture, 35, 12), BLUE, 6);
    }

    @Test
    void webpIsDecoded() {
        // 1 x 1 pixel, lossy, the smallest file of that kind
        byte[] webp = Base64.getDecoder().decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");
        assertThat(decode(webp).pixels()).hasSize(3);
    }

    @Test
    void greyBecomesThreeEqualChannels() {
        BufferedImage grey = new BufferedImage(6, 5, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(2, 3, 0, 130);
        assertThat(TestPictures.rgb(decode(TestPictures.encode(grey, "png")), 2, 3))
                .containsExactly(130, 130, 130);
    }

    @Test
    void transparencyIsLaidOverWhite() {
        BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00102030);
        image.setRGB(1, 0, 0x80C80000);
        image.setRGB(2, 0, 0xFF0000C8);
        Picture picture = decode(TestPictures.encode(image, "png"));
        assertThat(TestPictures.rgb(picture, 0, 0)).containsExactly(255, 255, 255);
        assertThat(TestPictures.rgb(picture, 1, 0)).containsExactly(227, 127, 127);
        assertThat(TestPictures.rgb(picture, 2, 0)).containsExactly(0, 0, 200);
    }

    @Test
    void sixteenBitsAreReducedToEight() {
        BufferedImage deep = new BufferedImage(3, 3, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(1, 1, 0, 40_000);
        deep.getRaster().setSample(2, 2, 0, 65_535);
        Picture picture = decode(TestPictures.encode(deep, "png"));
        assertThat(TestPictures.rgb(picture, 1, 1)[0]).isBetween(155, 156);
        assertThat(TestPictures.rgb(picture, 2, 2)[1]).isEqualTo(255);
        assertThat(TestPictures.rgb(picture, 0, 0)[2]).isZero();
    }

    @Test
    void largePhotographsAreKeptAtTwiceTheTrainingSide() {
        byte[] jpeg = TestPictures.encode(TestPictures.halves(1000, 600, RED, BLUE), "jpg");
        for (int side : new int[] {16, 32, 64, 128, 250}) {
            Picture picture = PictureDecoder.decode(jpeg, "photograph", side);
            assertThat(picture.height()).isEqualTo(2 * side);
            assertThat(picture.width()).isBetween(2 * side * 5 / 3 - 1, 2 * side * 5 / 3 + 1);
            close(TestPictures.rgb(picture, picture.width() / 4, side), RED, 8);
            close(TestPictures.rgb(picture, picture.width() * 3 / 4, side), BLUE, 8);
        }
        assertThat(PictureDecoder.decode(jpeg, "photograph", 300).width()).isEqualTo(1000);
        assertThat(PictureDecoder.decode(jpeg, "photograph", 400).height()).isEqualTo(600);
    }

    @Test
    void reductionAveragesInsteadOfPickingPixels() {
        BufferedImage stripes = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = stripes.createGraphics();
        graphics.setColor(Color.WHITE);
        for (int x = 0; x < 64; x += 2) {
            graphics.fillRect(x, 0, 1, 64);
        }
        graphics.dispose();
        Picture picture = PictureDecoder.decode(TestPictures.encode(stripes, "png"), "stripes", 8);
        for (byte pixel : picture.pixels()) {
            assertThat(pixel & 0xFF).isBetween(126, 129);
        }
    }

    @Test
    void aHugePictureIsRefusedBeforeItIsDecoded() {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        png.writeBytes(PictureKinds.chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(20_000)
                        .putInt(10_000)
                        .put(new byte[] {8, 2, 0, 0, 0})
                        .array()));
        png.writeBytes(PictureKinds.chunk("IDAT", new byte[10]));
        png.writeBytes(PictureKinds.chunk("IEND", new byte[0]));
        assertThatThrownBy(() -> decode(png.toByteArray()))
                .isInstanceOf(HalflightException.class)
                .hasMessage(
                        "test picture: 20000 x 10000 pixels are more than the 100 million that are decoded; scale it down");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void aFileCutShortIsRefusedInsteadOfFilledWithGrey(String format) {
        byte[] whole = TestPictures.encode(TestPictures.scene(120, 90, 1), format);
        assertThatThrownBy(() -> decode(Arrays.copyOf(whole, whole.length * 2 / 3)))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("test picture: the file is cut short");
    }

    @Test
    void textIsNoPicture() {
        assertThatThrownBy(() -> decode("<html>404 not found</html>".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("not a picture");
        assertThatThrownBy(() -> decode(new byte[0])).hasMessageContaining("the file is empty");
        assertThatThrownBy(() -> decode(new byte[] {(byte) 0xFF})).hasMessageContaining("cut short");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "jpg", "gif", "tiff"})
    void damagedFilesNeverEndInAnythingButAPictureOrAMessage(String format) {
        byte[] whole = TestPictures.encode(TestPictures.scene(60, 45, 2), format);
        long seed = 11;
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int round = 0; round < 150; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i < 1 + round % 20; i++) {
                damaged[random.nextInt(round % 2 == 0 ? Math.min(80, damaged.length) : damaged.length)] =
                        (byte) random.nextInt();
            }
            try {
                assertThat(PictureDecoder.decode(damaged, "damaged", 16).channels())
                        .isEqualTo(3);
            } catch (HalflightException e) {
                refused++;
                assertThat(e).as("seed %d round %d", seed, round).hasMessageStartingWith("damaged: ");
                assertThat(e.getMessage().lines()).hasSize(1);
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void decodingLeavesNoNativeMemoryBehind() {
        byte[] png = TestPictures.encode(TestPictures.scene(60, 45, 2), "png");
        byte[] cut = Arrays.copyOf(png, 40);
        decode(png);
        long before = Pointer.totalCount();
        for (int i = 0; i < 20; i++) {
            PictureDecoder.decode(png, "kept", 8);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(HalflightException.class);
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    private static void close(int[] rgb, Color wanted, int tolerance) {
        assertThat(rgb[0]).isCloseTo(wanted.getRed(), offset(tolerance));
        assertThat(rgb[1]).isCloseTo(wanted.getGreen(), offset(tolerance));
        assertThat(rgb[2]).isCloseTo(wanted.getBlue(), offset(tolerance));
    }
}
