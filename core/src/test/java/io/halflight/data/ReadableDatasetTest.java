package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadableDatasetTest {
    @TempDir
    Path folder;

    @Test
    void readablePicturesKeepTheirNamesAndClassesWhenOthersAreLeftOut() throws IOException {
        Path a = Files.createDirectories(folder.resolve("a"));
        Path b = Files.createDirectories(folder.resolve("b"));
        Files.writeString(a.resolve("1.png"), "not a picture");
        write(a.resolve("2.png"), 10);
        write(b.resolve("3.png"), 200);
        List<String> warnings = new ArrayList<>();

        Dataset dataset = ReadableDataset.of(open(), (done, total) -> {}, warnings::add);

        assertThat(dataset.size()).isEqualTo(2);
        assertThat(List.of(dataset.id(0), dataset.id(1))).containsExactly("a/2.png", "b/3.png");
        assertThat(List.of(dataset.label(0), dataset.label(1))).containsExactly(0, 1);
        assertThat(dataset.picture(1).pixels()[0] & 255).isEqualTo(200);
        assertThat(warnings).singleElement().asString().contains("1 of 3", "1.png");
    }

    @Test
    void aWholeDatasetIsPassedOnAsItIs() throws IOException {
        write(folder.resolve("1.png"), 10);
        Dataset all = open();
        List<Integer> progress = new ArrayList<>();
        assertThat(ReadableDataset.of(all, (done, total) -> progress.add(done), w -> {}))
                .isSameAs(all);
        assertThat(progress).containsExactly(1);
    }

    @Test
    void nothingReadableIsAnError() throws IOException {
        Files.writeString(folder.resolve("1.png"), "not a picture");
        assertThatThrownBy(() -> ReadableDataset.of(open(), (done, total) -> {}, w -> {}))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("None of the 1 pictures");
    }

    private Dataset open() {
        return Datasets.open("folder:" + folder, new Datasets.Options(8));
    }

    private static void write(Path file, int grey) throws IOException {
        var image = new java.awt.image.BufferedImage(8, 8, java.awt.image.BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64; i++) {
            image.setRGB(i % 8, i / 8, grey << 16 | grey << 8 | grey);
        }
        javax.imageio.ImageIO.write(image, "png", file.toFile());
    }
}
