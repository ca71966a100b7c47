package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxDatasetTest {
    private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";

    @TempDir
    Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        IdxFiles.write(folder, 12, 3, 4, 5);
    }

    private Dataset open() {
        return IdxDataset.open(folder, "idx:x", List.of());
    }

    @Test
    void recordsOfBothPartsAreReadInOrder() {
        Dataset data = open();
        assertThat(data.size()).isEqualTo(15);
        assertThat(data.classes()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(data.label(11)).isEqualTo(1);
        assertThat(data.part(12)).isEqualTo(Dataset.Part.TEST);
        assertThat(data.id(14)).isEqualTo("test/00002");
        Picture picture = data.picture(2);
        assertThat(List.of(picture.channels(), picture.height(), picture.width()))
                .containsExactly(1, 4, 5);
        assertThat(picture.pixels()[3]).isEqualTo((byte) 17);
        assertThat(data.hash(2)).isEqualTo(Hashes.brief(picture.pixels()));
    }

    @Test
    void gzippedFilesHoldTheSame() throws Exception {
        String hash = open().hash(5);
        zip(Files.readAllBytes(folder.resolve(TRAIN_IMAGES)));
        assertThat(open().hash(5)).isEqualTo(hash);
    }

    @Test
    void threeChannelsMayComeLastOrFirst() throws Exception {
        for (String part : List.of("train", "t10k")) {
            Files.delete(folder.resolve(part + "-images-idx3-ubyte"));
        }
        Files.write(folder.resolve("train-images-idx4-ubyte"), IdxFiles.images(12, 4, 5, 3));
        Files.write(folder.resolve("t10k-images-idx4-ubyte"), IdxFiles.images(3, 3, 4, 5));
        Dataset data = open();
        assertThat(TestPictures.rgb(data.picture(0), 1, 0)).containsExactly(3, 4, 5);
        assertThat(TestPictures.rgb(data.picture(12), 1, 0)).containsExactly(1, 21, 41);
    }

    @Test
    void aMissingTestPartLeavesNone() throws Exception {
        Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
        assertThat(open().size()).isEqualTo(12);
    }

    @Test
    void damageIsNamed() throws Exception {
        byte[] whole = Files.readAllBytes(folder.resolve(TRAIN_IMAGES));

        refused(Arrays.copyOf(whole, whole.length - 1), "announces 12 records of 20 bytes, which it cannot hold");
        refused(Arrays.copyOf(whole, whole.length + 1), "goes on");
        refused(Arrays.copyOf(whole, 6), "cut short");
        refused(changed(whole, 0, 0x00000D03), "begins with 0x00000d03");
        refused(changed(whole, 0, 0x00000801), "begins with");
        refused(changed(whole, 4, 1_000_000_000), "announces 1000000000 records");
        refused(changed(whole, 4, -1), "announces -1 records");
        refused(changed(whole, 8, 1 << 30), "announces pictures of");
        refused(IdxFiles.images(11, 4, 5), "11 pictures but");
    }

    @Test
    void aZippedFileCannotAnnounceMoreThanDeflateCanHold() throws Exception {
        byte[] whole = Files.readAllBytes(folder.resolve(TRAIN_IMAGES));
        zip(changed(whole, 4, 100_000_000));
        assertThatThrownBy(this::open).hasMessageContaining("announces 100000000 records");
    }

    @Test
    void aTruncatedZipIsNamed() throws Exception {
        zip(Files.readAllBytes(folder.resolve(TRAIN_IMAGES)));
        Path zipped = folder.resolve(TRAIN_IMAGES + ".gz");
        byte[] bytes = Files.readAllBytes(zipped);
        Files.write(zipped, Arrays.copyOf(bytes, bytes.length - 20));
        assertThatThrownBy(this::open)
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(zipped.toString())
                .hasMessageContaining("cut short");
    }

    @Test
    void aLabelBeyondTheNamedClassesIsRefused() {
        assertThatThrownBy(() -> IdxDataset.open(folder, "idx:x", List.of("a", "b", "c")))
                .hasMessageContaining("a label in")
                .hasMessageContaining("9");
    }

    private void refused(byte[] images, String reason) throws IOException {
        Files.write(folder.resolve(TRAIN_IMAGES), images);
        assertThatThrownBy(this::open).isInstanceOf(HalflightException.class).hasMessageContaining(reason);
    }

    private static byte[] changed(byte[] bytes, int at, int value) {
        return ByteBuffer.wrap(bytes.clone()).putInt(at, value).array();
    }

    private void zip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(content);
        }
        Files.write(folder.resolve(TRAIN_IMAGES + ".gz"), out.toByteArray());
        Files.delete(folder.resolve(TRAIN_IMAGES));
    }
}
