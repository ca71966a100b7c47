package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsTest {
    private static final Datasets.Options OPTIONS = new Datasets.Options(32);

    @TempDir
    Path folder;

    @Test
    void shapesTakesSizesAndASeed() {
        assertThat(Datasets.open("shapes", OPTIONS).size()).isEqualTo(6000);
        Dataset small = Datasets.open("shapes:30,20", OPTIONS);
        Dataset seeded = Datasets.open("shapes:30,20,5", OPTIONS);
        assertThat(small.size()).isEqualTo(50);
        assertThat(small.spec()).isEqualTo("shapes:30,20");
        assertThat(seeded.hash(3)).isNotEqualTo(small.hash(3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"shapes:ten,5", "shapes:5", "shapes:0,5", "shapes:1,2,3,4", "shapes:1,-1", "folder", "csv:"})
    void malformedRequestsAreUsageErrors(String spec) {
        assertThatThrownBy(() -> Datasets.open(spec, OPTIONS))
                .isInstanceOfSatisfying(
                        HalflightException.class, e -> assertThat(e.kind()).isEqualTo(HalflightException.Kind.USAGE))
                .hasMessageContaining(spec);
    }

    @ParameterizedTest
    @CsvSource({"shape,shapes", "cifar-10,cifar10", "fashionmnist,fashion-mnist", "Folder:x,folder"})
    void aMisspeltNameGetsASuggestion(String spec, String meant) {
        assertThatThrownBy(() -> Datasets.open(spec, OPTIONS))
                .hasMessageContaining("did you mean " + meant)
                .hasMessageContaining("idx:DIR");
    }

    @Test
    void aBareFolderOrFileIsRecognised() throws Exception {
        Path csv = Files.writeString(folder.resolve("list.csv"), "a.jpg\n");
        assertThatThrownBy(() -> Datasets.open(folder.toString(), OPTIONS))
                .hasMessageContaining("did you mean folder:" + folder);
        assertThatThrownBy(() -> Datasets.open(csv.toString(), OPTIONS))
                .hasMessageContaining("did you mean csv:" + csv);
    }

    @Test
    void aMissingFashionMnistNamesThePackage() {
        assertThatThrownBy(() -> Datasets.open("fashion-mnist", OPTIONS, List.of(folder)))
                .hasMessageContaining("dataset-fashion-mnist")
                .hasMessageContaining("HALFLIGHT_DATA");
    }

    @Test
    void knownFoldersAreFoundBelowTheRoots() throws Exception {
        Path home = Files.createDirectories(folder.resolve("second/fashion-mnist"));
        IdxFiles.write(home, 3, 2, 4, 4);
        Dataset found =
                Datasets.open("fashion-mnist", OPTIONS, List.of(folder.resolve("first"), folder.resolve("second")));
        assertThat(found.size()).isEqualTo(5);
        assertThat(found.classes()).hasSize(10).contains("ankle boot");
    }
}
