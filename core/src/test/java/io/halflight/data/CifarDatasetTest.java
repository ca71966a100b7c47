package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarDatasetTest {
    private static final int RECORD = 3073;

    @TempDir
    Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        for (int file = 0; file < 6; file++) {
            byte[] bytes = new byte[2 * RECORD];
            for (int i = 0; i < 2; i++) {
                bytes[i * RECORD] = (byte) (file + i);
                Arrays.fill(bytes, i * RECORD + 1, i * RECORD + 1025, (byte) 200);
                Arrays.fill(bytes, i * RECORD + 1025, i * RECORD + 2049, (byte) (10 * file + i));
            }
            Files.write(folder.resolve(file < 5 ? "data_batch_" + (file + 1) + ".bin" : "test_batch.bin"), bytes);
        }
    }

    @Test
    void recordsAreLabelThenRedGreenBlue() {
        Dataset data = CifarDataset.open(folder, "cifar10", 2);
        assertThat(data.size()).isEqualTo(12);
        assertThat(data.classes().get(data.label(9))).isEqualTo("dog");
        assertThat(TestPictures.rgb(data.picture(9), 31, 31)).containsExactly(200, 41, 0);
        assertThat(data.part(10)).isEqualTo(Dataset.Part.TEST);
        assertThat(data.label(10)).isEqualTo(5);
    }

    @Test
    void picturesAreReadWhenTheyAreAskedFor() throws Exception {
        Dataset data = CifarDataset.open(folder, "cifar10", 2);
        Path file = folder.resolve("data_batch_3.bin");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), RECORD));
        assertThatThrownBy(() -> data.picture(5))
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll("data_batch_3.bin has changed", "had 6146 bytes", "--resume");
    }

    @Test
    void anotherFileInItsPlaceIsNoticed() throws Exception {
        Dataset data = CifarDataset.open(folder, "cifar10", 2);
        byte[] before = data.picture(5).pixels();
        Path file = folder.resolve("data_batch_3.bin");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        assertThatThrownBy(() -> {
                    while (System.nanoTime() < end) {
                        assertThat(data.picture(5).pixels()).isEqualTo(before);
                        Thread.sleep(50);
                    }
                })
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("data_batch_3.bin has changed");
    }

    @Test
    void anInterruptedThreadClosesNothing() {
        Dataset data = CifarDataset.open(folder, "cifar10", 2);
        Thread.currentThread().interrupt();
        Picture picture = data.picture(3);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(picture.pixels()).isEqualTo(data.picture(3).pixels());
    }

    @Test
    void aFileOfAnotherSizeIsRefused() {
        assertThatThrownBy(() -> CifarDataset.open(folder, "cifar10"))
                .hasMessageContaining("data_batch_1.bin has 6146 bytes, 30730000 expected");
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        Files.delete(folder.resolve("data_batch_4.bin"));
        assertThatThrownBy(() -> CifarDataset.open(folder, "cifar10", 2)).hasMessageContaining("data_batch_4.bin");
    }

    @Test
    void aLabelAboveNineIsRefused() throws Exception {
        Path file = folder.resolve("data_batch_2.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[RECORD] = 77;
        Files.write(file, bytes);
        assertThatThrownBy(() -> CifarDataset.open(folder, "cifar10", 2)).hasMessageContaining("record 1 has label 77");
    }
}
