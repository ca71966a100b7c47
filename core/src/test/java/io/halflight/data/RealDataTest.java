package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The published files, where HALFLIGHT_DATA leads to them. */
class RealDataTest {
    private static Dataset open(String spec, String folder) {
        String roots = System.getenv("HALFLIGHT_DATA");
        if (roots == null
                || Arrays.stream(roots.split(java.io.File.pathSeparator))
                        .noneMatch(root -> Files.isDirectory(Path.of(root, folder)))) {
            Assumptions.abort("HALFLIGHT_DATA leads to no " + folder);
        }
        return Datasets.open(spec, new Datasets.Options(32));
    }

    private static int[] firstLabels(Dataset data, int from) {
        return IntStream.range(from, from + 10).map(data::label).toArray();
    }

    @Test
    void fashionMnistIsReadAsPublished() {
        Dataset data = open("fashion-mnist", "fashion-mnist");
        assertThat(data.size()).isEqualTo(70_000);
        assertThat(firstLabels(data, 0)).containsExactly(9, 0, 0, 3, 0, 2, 7, 2, 5, 5);
        assertThat(firstLabels(data, 60_000)).containsExactly(9, 2, 1, 1, 6, 1, 4, 6, 5, 7);
        assertThat(data.picture(0).height()).isEqualTo(28);
        for (int c = 0; c < 10; c++) {
            int wanted = c;
            assertThat(IntStream.range(0, 60_000).filter(i -> data.label(i) == wanted))
                    .hasSize(6000);
        }
    }

    @Test
    void cifar10IsReadAsPublished() {
        Dataset data = open("cifar10", "cifar-10-batches-bin");
        assertThat(data.size()).isEqualTo(60_000);
        assertThat(firstLabels(data, 0)).containsExactly(6, 9, 9, 4, 1, 1, 2, 7, 8, 3);
        assertThat(firstLabels(data, 50_000)).containsExactly(3, 8, 8, 0, 6, 6, 1, 6, 3, 1);
        assertThat(TestPictures.rgb(data.picture(0), 0, 0)).containsExactly(59, 62, 63);
        for (int c = 0; c < 10; c++) {
            int wanted = c;
            assertThat(IntStream.range(50_000, 60_000).filter(i -> data.label(i) == wanted))
                    .hasSize(1000);
        }
    }
}
