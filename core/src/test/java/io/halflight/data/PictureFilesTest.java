package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFilesTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void files() throws IOException {
        for (String name : List.of(
                "b/2.PNG",
                "b/1.jpg",
                "b/deep/3.gif",
                "b/notes.txt",
                "b/.hidden/4.png",
                "b/.5.png",
                "a.png",
                "c.data")) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
    }

    private List<String> found(Path... given) {
        List<String> names = new ArrayList<>();
        new PictureFiles(List.of(given))
                .forEachRemaining(file -> names.add(folder.relativize(file).toString()));
        return names;
    }

    @Test
    void foldersAreWalkedInTheOrderOfTheirNames() {
        assertThat(found(folder)).containsExactly("a.png", "b/1.jpg", "b/2.PNG", "b/deep/3.gif");
        assertThat(PictureFiles.count(List.of(folder))).isEqualTo(4);
    }

    @Test
    void whatIsNamedIsTakenWhateverItsName() {
        assertThat(found(
                        folder.resolve("c.data"),
                        folder.resolve("b/deep"),
                        folder.resolve("b/.hidden"),
                        folder.resolve("a.png")))
                .containsExactly("c.data", "b/deep/3.gif", "b/.hidden/4.png", "a.png");
        assertThatThrownBy(() -> found(folder.resolve("d")))
                .hasMessageContaining(folder.resolve("d") + " does not exist");
    }

    @Test
    void aLinkBackIntoTheTreeEnds() throws IOException {
        Files.createSymbolicLink(folder.resolve("b/deep/up"), folder);
        assertThat(found(folder)).containsExactly("a.png", "b/1.jpg", "b/2.PNG", "b/deep/3.gif");
    }

    @Test
    void atTheEndThereIsNoMore() {
        PictureFiles none = new PictureFiles(List.of());
        assertThat(none.hasNext()).isFalse();
        assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
    }
}
