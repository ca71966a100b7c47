package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDatasetTest {
    @TempDir
    Path folder;

    private Dataset open() {
        return Datasets.open("folder:" + folder, new Datasets.Options(32));
    }

    private void touch(String... names) throws IOException {
        for (String name : names) {
            TestPictures.write(folder.resolve(name), new byte[] {1});
        }
    }

    private static List<String> ids(Dataset data) {
        return IntStream.range(0, data.size()).mapToObj(data::id).toList();
    }

    private static String className(Dataset data, String id) {
        int label = data.label(ids(data).indexOf(id));
        return label < 0 ? "none" : data.classes().get(label);
    }

    @Test
    void photographsOfMixedSizesAreServedUprightAndSmall() throws Exception {
        int[][] sizes = {{640, 480}, {300, 500}, {64, 64}, {50, 40}};
        for (int i = 0; i < sizes.length; i++) {
            TestPictures.photograph(folder.resolve("c" + i % 2 + "/p" + i + ".JPG"), sizes[i][0], sizes[i][1], i);
        }
        Dataset data = open();
        assertThat(ids(data)).containsExactly("c0/p0.JPG", "c0/p2.JPG", "c1/p1.JPG", "c1/p3.JPG");
        int[] heights = IntStream.range(0, 4).map(i -> data.picture(i).height()).toArray();
        int[] widths = IntStream.range(0, 4).map(i -> data.picture(i).width()).toArray();
        assertThat(heights).containsExactly(64, 64, 107, 40);
        assertThat(widths).containsExactly(85, 64, 64, 50);
        assertThat(data.picture(0)).isSameAs(data.picture(0));
        assertThat(data.hash(0)).isEqualTo(Hashes.brief(Files.readAllBytes(folder.resolve("c0/p0.JPG"))));
    }

    @Test
    void subfoldersAreClassesAtAnyDepth() throws Exception {
        touch("dog/b.png", "cat/deep/er/a.jpeg", "cat/x.txt", "cat/.hidden.jpg", ".git/c.jpg", "notes/readme.md");
        touch("loose.webp", "unlabeled/u.gif");
        Dataset data = open();
        assertThat(data.classes()).containsExactly("cat", "dog");
        assertThat(ids(data)).containsExactly("cat/deep/er/a.jpeg", "dog/b.png", "loose.webp", "unlabeled/u.gif");
        assertThat(className(data, "cat/deep/er/a.jpeg")).isEqualTo("cat");
        assertThat(className(data, "loose.webp")).isEqualTo("none");
        assertThat(className(data, "unlabeled/u.gif")).isEqualTo("none");
    }

    @Test
    void aFlatFolderIsUnlabelled() throws Exception {
        touch("b.jpg", "a.png", "c.TIFF");
        Dataset data = open();
        assertThat(ids(data)).containsExactly("a.png", "b.jpg", "c.TIFF");
        assertThat(data.classes()).isEmpty();
        assertThat(data.label(0)).isEqualTo(Dataset.UNLABELLED);
    }

    @Test
    void trainAndTestAreParts() throws Exception {
        touch("train/cat/1.jpg", "train/dog/1.jpg", "test/dog/2.jpg", "unlabelled/x/3.jpg", "unlabelled/4.jpg");
        Dataset data = open();
        assertThat(data.classes()).containsExactly("cat", "dog");
        assertThat(className(data, "test/dog/2.jpg")).isEqualTo("dog");
        assertThat(data.part(ids(data).indexOf("test/dog/2.jpg"))).isEqualTo(Dataset.Part.TEST);
        assertThat(data.part(ids(data).indexOf("train/dog/1.jpg"))).isEqualTo(Dataset.Part.TRAIN);
        assertThat(className(data, "unlabelled/x/3.jpg")).isEqualTo("none");
        assertThat(data.part(ids(data).indexOf("unlabelled/4.jpg"))).isEqualTo(Dataset.Part.TRAIN);
    }

    @Test
    void aThirdFolderBesideTrainAndTestIsNotSilentlyDropped() throws Exception {
        touch("train/cat/1.jpg", "test/cat/2.jpg", "val/cat/3.jpg");
        assertThatThrownBy(this::open).hasMessageContaining("also val");
    }

    @Test
    void trainAloneIsAClassLikeAnyOther() throws Exception {
        touch("train/1.jpg", "bus/2.jpg");
        assertThat(open().classes()).containsExactly("bus", "train");
    }

    @Test
    void linksAreFollowedButNotInCircles() throws Exception {
        touch("cat/1.jpg", "elsewhere/2.jpg");
        try {
            Files.createSymbolicLink(folder.resolve("cat/loop"), folder.resolve("cat"));
            Files.createSymbolicLink(folder.resolve("cat/more"), folder.resolve("elsewhere"));
        } catch (UnsupportedOperationException | IOException e) {
            org.junit.jupiter.api.Assumptions.abort("no symbolic links here");
        }
        assertThat(ids(open())).containsExactly("cat/1.jpg", "cat/more/2.jpg", "elsewhere/2.jpg");
    }

    @Test
    void aFolderWithoutPicturesOrWithoutExistenceIsAUsageError() throws Exception {
        touch("cat/readme.txt");
        assertThatThrownBy(this::open).hasMessageContaining("holds no pictures").hasMessageContaining("webp");
        assertThatThrownBy(() -> Datasets.open("folder:" + folder + "/none", new Datasets.Options(32)))
                .isInstanceOfSatisfying(
                        HalflightException.class, e -> assertThat(e.kind()).isEqualTo(HalflightException.Kind.USAGE));
    }

    @Test
    void anUnreadablePictureIsNamedWhenItIsAskedFor() throws Exception {
        touch("cat/bad.jpg");
        Dataset data = open();
        assertThatThrownBy(() -> data.picture(0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(folder.resolve("cat/bad.jpg").toString());
        Files.delete(folder.resolve("cat/bad.jpg"));
        assertThatThrownBy(() -> data.picture(0)).hasMessageContaining("is not there any more");
    }

    @Test
    void aPictureThatChangesDuringTheRunIsNamedAndOneThatWasOnlyTouchedIsNot() throws Exception {
        Path file = folder.resolve("cat/1.png");
        Files.createDirectories(file.getParent());
        ImageIO.write(TestPictures.halves(20, 20, Color.RED, Color.BLUE), "png", file.toFile());
        byte[] before = Files.readAllBytes(file);
        Dataset data = open();
        String hash = data.hash(0);

        ImageIO.write(TestPictures.halves(20, 21, Color.RED, Color.GREEN), "png", file.toFile());
        assertThatThrownBy(() -> data.picture(0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll(file.toString(), "has changed since the run began", "--resume");

        Files.write(file, before);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        assertThat(data.picture(0).height()).isEqualTo(20);
        assertThat(data.hash(0)).isEqualTo(hash);
    }

    @Test
    void aFullCacheStillServesPictures() {
        PictureCache cache = new PictureCache(3, 200);
        int[] made = {0};
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3; i++) {
                cache.get(i, index -> {
                    made[0]++;
                    return new Picture(1, 1, 100, new byte[100]);
                });
            }
        }
        assertThat(made[0]).isEqualTo(5);
    }
}
