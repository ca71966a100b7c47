package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.bundle.Encoder;
import io.halflight.recipe.RunModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that pretrains and knows no classes: its encoder is of use all the same. */
class EncoderRunTest {
    @TempDir
    private static Path folder;

    private static String run;
    private static Path pictures;

    @BeforeAll
    static void pretrain() throws IOException {
        run = folder.resolve("run").toString();
        Captured said = Captured.of(
                "run",
                "simclr",
                "--data=shapes:60,40",
                "--labels=2",
                "--out=" + run,
                "--set=data.size=16",
                "--set=threads=1",
                "--set=stages.*.backbone.width=0.125",
                "--set=stages.*.epochs=1",
                "--set=stages.*.batch=16",
                "--set=stages.*.pictures_per_epoch=32");
        assertThat(said.code()).as(said.err()).isZero();
        pictures = Files.createDirectories(folder.resolve("pictures"));
        for (int i = 0; i < 4; i++) {
            Random random = new Random(i);
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            for (int at = 0; at < 256; at++) {
                image.setRGB(at % 16, at / 16, random.nextInt(1 << 24));
            }
            ImageIO.write(image, "png", pictures.resolve(i + ".png").toFile());
        }
    }

    private static Captured ask(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command, run));
        words.addAll(List.of(more));
        return Captured.of(words.toArray(String[]::new));
    }

    @Test
    void itsFeaturesAreWritten() throws IOException {
        Path out = folder.resolve("features.csv");
        Captured said = ask("embed", pictures.toString(), "--out", out.toString());

        assertThat(said.err()).isEmpty();
        String[] row = Files.readAllLines(out).get(1).split(",", -1);
        try (Encoder encoder = RunModel.encoder(Path.of(run), "", "cpu")) {
            assertThat(Stream.of(row).skip(1).map(Float::valueOf))
                    .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : 1, Float.class)
                    .containsExactlyElementsOf(boxed(encoder.embed(pictures.resolve("0.png"))));
        }
    }

    private static List<Float> boxed(float[] values) {
        List<Float> boxed = new ArrayList<>();
        for (float value : values) {
            boxed.add(value);
        }
        return boxed;
    }

    @Test
    void whatNeedsNoClassesGoesByIt() {
        String query = pictures.resolve("1.png").toString();
        assertThat(ask("neighbours", query, "--in", pictures.toString()).out().lines())
                .hasSize(3);
        assertThat(ask("duplicates", pictures.toString()).code()).isZero();
        assertThat(ask("outliers", pictures.toString(), "--stage", "pretrain").out())
                .contains("3.png");
    }

    @Test
    void whatNeedsClassesSaysSo() {
        assertThat(ask("predict", pictures.toString()).err()).contains("ended with a classifier");
        assertThat(ask("embed", pictures.toString(), "--out", "x.csv", "--stage", "pretrian")
                        .err())
                .contains("pretrain");
    }
}
