package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.bundle.Classifier;
import io.halflight.eval.Similarity;
import io.halflight.json.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code neighbours}, {@code duplicates} and {@code outliers}: noise of different sizes, one picture twice. */
class NeighboursCommandTest {
    @TempDir
    private static Path folder;

    private static Path run;
    private static Path pictures;

    @BeforeAll
    static void bundleAndPictures() throws IOException {
        run = FreshRun.in(folder, List.of("a", "b"));
        pictures = Files.createDirectories(folder.resolve("pictures"));
        Random random = new Random(3);
        for (int i = 0; i < 6; i++) {
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            for (int at = 0; at < 256; at++) {
                int grey = i == 5 ? 0 : random.nextInt(1 << (3 + i));
                image.setRGB(at % 16, at / 16, i == 5 ? (at % 16 < 8 ? 0xFF0000 : 0x0000FF) : 0x10101 * grey);
            }
            ImageIO.write(image, "png", pictures.resolve("p" + i + ".png").toFile());
        }
        Files.copy(pictures.resolve("p2.png"), pictures.resolve("copy.png"));
    }

    private static String path(String name) {
        return pictures.resolve(name).toString();
    }

    @Test
    void aCopyIsTheNearestAndTheQueryItselfIsNone() throws IOException {
        Path page = folder.resolve("page.html");
        Captured said = Captured.of(
                "neighbours",
                run.toString(),
                path("p2.png"),
                "--in",
                "folder:" + pictures,
                "--top",
                "3",
                "--page",
                page.toString());

        assertThat(said.err()).isEmpty();
        assertThat(said.code()).isZero();
        List<String> lines = said.out().lines().toList();
        assertThat(lines).hasSize(5).last().isEqualTo("page  " + page);
        assertThat(lines.get(0)).isEqualTo("1.000  " + path("copy.png"));
        assertThat(said.out()).doesNotContain("p2.png");
        assertThat(Files.readString(page))
                .contains("<title>Like " + path("p2.png"))
                .contains("1.000")
                .containsPattern("(?s)(data:image/png;base64,.*){4}") // the query and three others
                .doesNotContain("http://", "https://", "<script");
    }

    @Test
    void aPictureElsewhereIsComparedWithAll() {
        Map<String, Object> line = Json.object(
                Json.parse(Captured.of(
                                "neighbours",
                                run.toString(),
                                path("p1.png"),
                                "--in",
                                path("p2.png"),
                                "--in",
                                path("p3.png"),
                                "--json")
                        .out()),
                "the answer");
        assertThat((List<?>) line.get("found")).hasSize(2);
    }

    @Test
    void copiesAreFound() {
        Captured said = Captured.of("duplicates", run.toString(), pictures.toString(), "--above", "0.999999");
        assertThat(said.out().lines())
                .startsWith(path("copy.png"), path("p2.png"), "")
                .last()
                .isEqualTo("1 group of 7 pictures; without 1 picture each group is left with one");
        assertThat(Captured.of("duplicates", run.toString(), pictures.toString(), "--above", "1.5")
                        .code())
                .isEqualTo(Failures.USAGE);
    }

    @Test
    void theMostDistantComeFirst() {
        Map<String, Object> line = Json.object(
                Json.parse(Captured.of("outliers", run.toString(), pictures.toString(), "--json")
                        .out()),
                "the answer");
        List<String> names = List.of("copy.png", "p0.png", "p1.png", "p2.png", "p3.png", "p4.png", "p5.png");
        float[][] features;
        try (Classifier classifier = Classifier.load(run.resolve("model"))) {
            features = names.stream()
                    .map(name -> classifier.embed(pictures.resolve(name)))
                    .toArray(float[][]::new);
        }
        double[] distances = Similarity.distances(features, 10);
        List<String> expected = names.stream()
                .sorted(Comparator.comparing((String name) -> -distances[names.indexOf(name)]))
                .map(NeighboursCommandTest::path)
                .toList();
        List<?> found = (List<?>) line.get("outliers");
        assertThat(found.stream().map(one -> Json.object(one, "one").get("path")))
                .isEqualTo(expected);
        assertThat(Captured.of("outliers", run.toString(), pictures.toString(), "--top", "2")
                        .out()
                        .lines())
                .hasSize(2)
                .first()
                .asString()
                .endsWith("  " + expected.get(0));
        assertThat(Captured.of("outliers", run.toString(), path("p1.png")).err())
                .contains("nothing to compare it with");
        assertThat(Captured.of("outliers", run.toString(), pictures.toString(), "--top", "0")
                        .code())
                .isEqualTo(Failures.USAGE);
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThat(Captured.of("neighbours", run.toString(), path("none.png"), "--in", pictures.toString())
                        .err())
                .contains("none.png does not exist");
        assertThat(Captured.of("neighbours", run.toString(), path("p1.png"), "--in", path("p1.png"))
                        .err())
                .contains("There is no other picture in");
        assertThat(Captured.of("neighbours", run.toString(), path("p1.png")).err())
                .contains("--in");
    }
}
