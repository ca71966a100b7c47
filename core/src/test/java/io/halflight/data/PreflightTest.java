package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
    @TempDir
    Path folder;

    @Test
    void aFolderOfPhotographsIsLookedThrough() throws Exception {
        TestPictures.photograph(folder.resolve("train/cat/1.jpg"), 300, 200, 1);
        TestPictures.photograph(folder.resolve("train/cat/2.jpg"), 80, 90, 2);
        TestPictures.photograph(folder.resolve("train/dog/3.jpg"), 500, 400, 3);
        TestPictures.photograph(folder.resolve("test/dog/4.jpg"), 64, 48, 4);
        TestPictures.write(
                folder.resolve("train/cat/5.png"),
                TestPictures.encode(new BufferedImage(70, 60, BufferedImage.TYPE_BYTE_GRAY), "png"));
        Files.copy(folder.resolve("train/cat/1.jpg"), folder.resolve("test/dog/same.jpg"));
        Files.copy(folder.resolve("train/cat/2.jpg"), folder.resolve("train/cat/same.jpg"));
        TestPictures.write(folder.resolve("train/cat/bad.jpg"), "not a picture".getBytes());

        List<Integer> told = Collections.synchronizedList(new ArrayList<>());
        Dataset data = Datasets.open("folder:" + folder, new Datasets.Options(32));
        Preflight.Report report = Preflight.scan(data, (done, total) -> {
            assertThat(total).isEqualTo(8);
            told.add(done);
        });

        assertThat(told).contains(8);
        assertThat(report.pictures()).isEqualTo(8);
        assertThat(report.train()).isEqualTo(6);
        assertThat(report.test()).isEqualTo(2);
        assertThat(report.classes())
                .containsExactly(new Preflight.ClassCount("cat", 5, 0), new Preflight.ClassCount("dog", 1, 2));
        assertThat(report.imbalance()).isEqualTo(5);
        assertThat(report.height()).isEqualTo(new Preflight.Extent(48, 90, 400));
        assertThat(report.width()).isEqualTo(new Preflight.Extent(64, 80, 500));
        assertThat(report.channels()).isEqualTo(Map.of(1, 1, 3, 6));
        assertThat(report.unreadable()).hasSize(1);
        assertThat(report.unreadable().get(0).id()).isEqualTo("train/cat/bad.jpg");
        assertThat(report.unreadable().get(0).reason()).contains("not a picture");
        assertThat(report.duplicates())
                .containsExactly(
                        new Preflight.Duplicates(List.of("test/dog/same.jpg", "train/cat/1.jpg"), true, true),
                        new Preflight.Duplicates(List.of("train/cat/2.jpg", "train/cat/same.jpg"), false, false));
    }

    @Test
    void drawnPicturesAreCleanAndBalanced() {
        Preflight.Report report = Preflight.scan(new ShapesDataset("shapes", 50, 10, 0), (done, total) -> {});
        assertThat(report.unreadable()).isEmpty();
        assertThat(report.duplicates()).isEmpty();
        assertThat(report.imbalance()).isEqualTo(1);
        assertThat(report.height()).isEqualTo(new Preflight.Extent(32, 32, 32));
        assertThat(report.unlabelled()).isZero();
    }

    @Test
    void aClassWithoutTrainingPicturesIsInfinitelyImbalanced() {
        ListedDataset data =
                new ListedDataset("cat", "dog").add(0, 3, Dataset.Part.TRAIN).add(-1, 2, Dataset.Part.TRAIN);
        Preflight.Report report = Preflight.scan(data, (done, total) -> {});
        assertThat(report.imbalance()).isInfinite();
        assertThat(report.unlabelled()).isEqualTo(2);
    }
}
