package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelsCommandTest {
    private static final String TRUE_LABELS = """
            path,label,role
            a.png,bag,labelled
            b.png,"shoe, brown",labelled
            c.png,bag,validation
            d.png,bag,test
            """;

    @TempDir
    Path folder;

    private Path run;

    /** A run that has ended, as far as this command looks at it. */
    @BeforeEach
    void finishedRun() throws IOException {
        run = folder.resolve("run");
        Path stage = Files.createDirectories(run.resolve("stages/2-supervised"));
        Files.createDirectories(run.resolve("stages/3-later"));
        Files.writeString(run.resolve("recipe.yaml"), """
                data: {source: 'folder:photos', labels: labels.csv}
                deliver: supervised
                stages:
                  pretrain: {method: simclr}
                  supervised: {method: supervised}
                  later: {method: finetune}
                """);
        Files.writeString(run.resolve("run.json"), """
                {"data": {"classes": ["shoe, brown", "bag"]}}
                """);
        Files.writeString(run.resolve("split.csv"), """
                picture,role,class,sha256
                a.png,labelled,bag,0
                b.png,labelled,"shoe, brown",0
                c.png,validation,bag,0
                d.png,test,bag,0
                u1.png,unlabelled,,0
                u2.png,unlabelled,,0
                u3.png,unlabelled,,0
                u4.png,unlabelled,,0
                """);
        Files.writeString(stage.resolve("stage.json"), "{}");
        Files.writeString(stage.resolve("pseudo-labels.csv"), """
                path,label,confidence,entropy,neighbours
                u1.png,bag,0.96,0.1,1.0
                u2.png,bag,0.99,0.1,0.9
                u3.png,"shoe, brown",0.95,0.2,0.5
                u4.png,"shoe, brown",0.45,0.7,0.5
                """);
    }

    private Captured labels(String... more) {
        return Captured.of(Stream.concat(Stream.of("labels", run.toString()), Arrays.stream(more))
                .toArray(String[]::new));
    }

    @Test
    void trueLabelsComeFirstAndSureAnswersFollow() throws IOException {
        Captured said = labels();

        assertThat(said.err()).isEmpty();
        assertThat(said.code()).isZero();
        assertThat(run.resolve("labels.csv"))
                .hasContent(TRUE_LABELS + "u1.png,bag,pseudo\nu2.png,bag,pseudo\nu3.png,\"shoe, brown\",pseudo\n");
        assertThat(said.out().lines().toList())
                .startsWith(
                        "             given  predicted  kept  mean confidence",
                        "shoe, brown      1          2     1            70.0%",
                        "bag              1          2     2            97.5%",
                        "3 of 4 answers of stage supervised are taken, each with a confidence of at least",
                        "  0.95.")
                .endsWith("  halflight run RECIPE --data folder:photos --labels " + run.resolve("labels.csv"));
    }

    @Test
    void balancedListsTakeTheMostConfidentOfEachClass() {
        assertThat(labels("--balance").code()).isZero();
        assertThat(run.resolve("labels.csv"))
                .hasContent(TRUE_LABELS + "u2.png,bag,pseudo\nu3.png,\"shoe, brown\",pseudo\n");
        assertThat(labels("--above", "0.4").code()).isZero(); // our own list may be replaced
        assertThat(run.resolve("labels.csv")).content().contains("u4.png");
    }

    @Test
    void aProgramGetsOneObject() {
        Path file = folder.resolve("sure.csv");
        Captured said = labels("--above", "0.97", "--json", "--out", file.toString());

        Map<String, Object> line = Json.object(Json.parse(said.out()), "the answer");
        assertThat(line)
                .containsEntry("event", "labels")
                .containsEntry("stage", "supervised")
                .containsEntry("kept", 1L)
                .containsEntry("file", file.toString());
        List<?> classes = (List<?>) line.get("classes");
        assertThat(Json.object(classes.get(0), "a class"))
                .containsEntry("name", "shoe, brown")
                .containsEntry("given", 1L)
                .containsEntry("predicted", 2L)
                .containsEntry("kept", 0L);
        assertThat(file).content().contains("u2.png").doesNotContain("u1.png");
    }

    @Test
    void whatCannotBeDoneIsSaidOnOneLine() throws IOException {
        refused(Captured.of("labels", "/no/such/run"), "There is no run in /no/such/run");
        refused(labels("--stage", "superwised"), "did you mean supervised");
        refused(labels("--stage", "pretrain"), "pretrains an encoder and knows no classes", "supervised, later");
        refused(labels("--stage", "later"), "not finished", "--resume");
        refused(labels("--above", "0.999"), "the highest confidence is 0.9900", "--above 0.95");
        refused(labels("--above", "0.96", "--balance"), "no answer 'shoe, brown' reaches --above 0.96", "0.9500");
        refused(labels("--above", "1.5"), "--above is 1.5");
        refused(labels("--out", "list.txt"), ".csv");
        Path mine = Files.writeString(folder.resolve("mine.csv"), "path,label\na.png,bag\n");
        refused(labels("--out", mine.toString()), "mine.csv is there already");
        assertThat(mine).content().contains("a.png,bag");
        assertThat(run.resolve("labels.csv")).doesNotExist();
    }

    private static void refused(Captured said, String... parts) {
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.errorLines()).hasSize(1);
        assertThat(said.err()).contains(parts);
        assertThat(said.out()).isEmpty();
    }

    @Test
    void aRealRunsListIsTheLabelsOfTheNextRun() throws IOException {
        Path recipe = Files.writeString(folder.resolve("tiny.yaml"), """
                data: {source: 'folder:%s', size: 16, labels: 3, validation: 2}
                threads: 1
                stages:
                  supervised: {method: supervised, backbone: {name: resnet10, width: 0.125}, epochs: 2, batch: 8}
                """.formatted(photos()));
        String first = folder.resolve("first").toString();
        assertThat(Captured.of("run", recipe.toString(), "--out", first).code()).isZero();
        Path answers = folder.resolve("first/stages/1-supervised/pseudo-labels.csv");
        byte[] before = Files.readAllBytes(answers);
        Files.delete(answers);
        Captured said = Captured.of("labels", first, "--above", "0.01");
        assertThat(said.err()).isEmpty();
        assertThat(Files.readAllBytes(answers)).isEqualTo(before); // asked again
        String list = folder.resolve("first/labels.csv").toString();

        String second = folder.resolve("second").toString();
        assertThat(Captured.of("run", recipe.toString(), "--labels", list, "--out", second, "--set", "seed=9")
                        .err())
                .isEmpty();
        List<String> held = held(folder.resolve("first"));
        assertThat(held).isNotEmpty().isEqualTo(held(folder.resolve("second")));
        assertThat(Files.readAllLines(folder.resolve("second/split.csv")))
                .filteredOn(line -> line.contains(",labelled,"))
                .hasSize(40 - held.size());
    }

    /** Pictures kept for validation and test, with their classes. */
    private static List<String> held(Path run) throws IOException {
        return Files.readAllLines(run.resolve("split.csv")).stream()
                .filter(line -> line.contains(",validation,") || line.contains(",test,"))
                .toList();
    }

    /** 20 dark and 20 light pictures. */
    private Path photos() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < 40; i++) {
            var image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            int value = (i < 20 ? 30 : 150) + random.nextInt(60);
            for (int p = 0; p < 256; p++) {
                image.setRGB(p % 16, p / 16, value << 16 | value << 8 | value);
            }
            Path directory = Files.createDirectories(folder.resolve("photos").resolve(i < 20 ? "dark" : "light"));
            ImageIO.write(image, "png", directory.resolve(i + ".png").toFile());
        }
        return folder.resolve("photos");
    }
}
