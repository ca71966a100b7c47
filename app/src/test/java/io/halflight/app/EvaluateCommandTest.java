package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.bundle.Classifier;
import io.halflight.json.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    private static final List<String> CLASSES = List.of("seal", "crab", "gull");

    @TempDir
    private Path folder;

    private Path run;
    private Path photos;

    /** An untrained network, whose answers are what they are, and folders of pictures named by classes. */
    @BeforeEach
    void bundleAndPictures() throws IOException {
        run = FreshRun.in(folder, CLASSES);
        photos = folder.resolve("photos");
        Random random = new Random(3);
        for (String name : List.of("crab/1.png", "crab/2.png", "gull/3.png", "seal/4.png", "whale/5.png")) {
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            for (int at = 0; at < 256; at++) {
                image.setRGB(at % 16, at / 16, random.nextInt(1 << 24));
            }
            Files.createDirectories(photos.resolve(name).getParent());
            ImageIO.write(image, "png", photos.resolve(name).toFile());
        }
    }

    private double accuracy() {
        try (Classifier classifier = Classifier.load(run.resolve("model"))) {
            int right = 0;
            for (String name : List.of("crab/1.png", "crab/2.png", "gull/3.png", "seal/4.png")) {
                right +=
                        name.startsWith(classifier.predict(photos.resolve(name)).label()) ? 1 : 0;
            }
            return right / 4.0;
        }
    }

    @Test
    void classesAreMatchedByNameAndOthersLeftOut() {
        Captured said = Captured.of("evaluate", run.toString(), "--data", "folder:" + photos, "--json");
        assertThat(said.err()).isEmpty();
        Map<String, Object> line = Json.object(Json.parse(said.out()), "the answer");

        assertThat(line)
                .containsEntry("pictures", 4L)
                .containsEntry("testPart", false)
                .containsEntry("otherClasses", List.of("whale"))
                .containsEntry("trainedOn", 0L);
        Map<String, Object> metrics = Json.object(line.get("metrics"), "metrics");
        assertThat(((Number) metrics.get("accuracy")).doubleValue()).isCloseTo(accuracy(), within(1e-9));
    }

    @Test
    void peopleReadFiguresClassesAndWhatWeakensThem() throws Exception {
        byte[] seen = Files.readAllBytes(photos.resolve("gull/3.png"));
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(seen))
                .substring(0, 16);
        Files.writeString(
                run.resolve("split.csv"), "picture,role,class,sha256\ngull/3.png,labelled,gull," + hash + "\n");
        Captured said = Captured.of("evaluate", run.toString(), "--data", "folder:" + photos);

        assertThat(said.out())
                .contains(Text.percent(accuracy()) + " of 4 pictures of folder:")
                .contains("crab")
                .contains("       2\n")
                .contains("does not know: whale.")
                .contains("1 of the pictures were there when the model learnt");
    }

    @Test
    void aTestPartIsPreferred() throws IOException {
        Path split = folder.resolve("split");
        for (String part : List.of("train", "test")) {
            Files.createDirectories(split.resolve(part + "/gull"));
            Files.copy(photos.resolve("gull/3.png"), split.resolve(part + "/gull/" + part + ".png"));
        }
        Captured said = Captured.of("evaluate", run.toString(), "--data", "folder:" + split);
        assertThat(said.out().replaceAll("\\s+", " ")).contains("of 1 picture of the test part of folder:");
    }

    @Test
    void picturesOfNoKnownClassAreRefused() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other/whale"));
        Files.copy(photos.resolve("whale/5.png"), other.resolve("5.png"));
        Captured said = Captured.of("evaluate", run.toString(), "--data", "folder:" + other.getParent());
        assertThat(said.code()).isEqualTo(Failures.USAGE);
        assertThat(said.err()).contains("it knows seal, crab, gull, the source has whale");
    }
}
