package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortPicturesTest {
    /** A bundle in Halflight's own sources; yours lies in the run's folder. */
    private static final Path BUNDLE =
            Path.of("../../core/src/test/resources/io/halflight/bundle/stored/0.1.0/wideresnet");

    @TempDir
    private Path folder;

    @Test
    void everyPictureIsCopiedOnce() throws IOException {
        Path pictures = Files.createDirectories(folder.resolve("pictures"));
        for (int i = 0; i < 5; i++) {
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            image.setRGB(i, i, 0xffffff);
            ImageIO.write(image, "png", pictures.resolve(i + ".png").toFile());
        }
        Files.writeString(pictures.resolve("broken.png"), "no picture");

        assertEquals(1, SortPictures.sort(BUNDLE, pictures, folder.resolve("sorted")));

        try (Stream<Path> copies = Files.walk(folder.resolve("sorted"))) {
            assertEquals(5, copies.filter(Files::isRegularFile).count());
        }
        assertTrue(Files.exists(pictures.resolve("0.png")), "the originals stay");
    }
}
