package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.ParquetReader;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.Prediction;
import io.halflight.json.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code predict} and {@code embed} by the bundle of a run, over files whose colours are drawn from a seed. */
class PredictCommandTest {
    private static final List<String> CLASSES = List.of("crab", "gull, grey", "seal");

    @TempDir
    private static Path folder;

    private static Path run;
    private static Path pictures;

    @BeforeAll
    static void bundleAndPictures() throws IOException {
        run = FreshRun.in(folder, CLASSES);
        pictures = Files.createDirectories(folder.resolve("pictures/deep")).getParent();
        Random random = new Random(3);
        for (String name : List.of("one.png", "two, three.png", "deep/four.png")) {
            BufferedImage image = new BufferedImage(16, 20, BufferedImage.TYPE_INT_RGB);
            for (int at = 0; at < 320; at++) {
                image.setRGB(at % 16, at / 16, random.nextInt(1 << 24));
            }
            ImageIO.write(image, "png", pictures.resolve(name).toFile());
        }
    }

    private static Captured run(String command, String... more) {
        return Captured.of(Stream.concat(Stream.of(command, run.toString(), pictures.toString()), Stream.of(more))
                .toArray(String[]::new));
    }

    private static Prediction expected(String name) {
        try (Classifier classifier = Classifier.load(run.resolve("model"))) {
            return classifier.predict(pictures.resolve(name));
        }
    }

    @Test
    void linesForPeopleNameFileClassAndConfidence() {
        Captured said = run("predict");
        Prediction one = expected("one.png");

        assertThat(said.err()).isEmpty();
        assertThat(said.code()).isZero();
        assertThat(said.out().lines())
                .hasSize(3)
                .contains("%s  %s %s"
                        .formatted(pictures.resolve("one.png"), one.label(), Text.percent(one.confidence())));
    }

    @Test
    void aTableHasItsColumnsAndQuotesWhatNeedsIt() {
        List<String> lines = run("predict", "--csv", "--top", "5").out().lines().toList();

        assertThat(lines.get(0))
                .isEqualTo(
                        "path,label,confidence,label2,confidence2,label3,confidence3,label4,confidence4,label5,confidence5");
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).startsWith(pictures.resolve("deep/four.png") + ",");
        assertThat(lines.get(3)).startsWith("\"" + pictures.resolve("two, three.png") + "\",");
        assertThat(lines.subList(1, 4))
                .allSatisfy(line -> assertThat(line).contains("\"gull, grey\"").endsWith(",,,,"));
    }

    @Test
    void programsGetAnObjectForEachPicture() {
        List<String> lines =
                run("predict", "--json", "--top", "2").out().lines().toList();
        Map<String, Object> one = Json.object(Json.parse(lines.get(1)), "the answer");
        Prediction expected = expected("one.png");

        assertThat(one)
                .containsEntry("path", pictures.resolve("one.png").toString())
                .containsEntry("label", expected.label());
        assertThat((double) one.get("confidence")).isCloseTo(expected.confidence(), within(1e-6));
        assertThat((List<?>) one.get("scores")).hasSize(2);
    }

    @Test
    void whatCannotBeReadIsReportedAndCounted() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
        Captured said = run("predict", broken.toString());

        assertThat(said.code()).isEqualTo(Failures.RUN);
        assertThat(said.out().lines()).hasSize(3);
        assertThat(said.errorLines()).hasSize(2).first().asString().contains("broken.png");
        assertThat(said.errorLines().get(1)).isEqualTo("halflight: 1 of 4 pictures could not be read");
    }

    @Test
    void aRunIsVerifiedByItsBundle() {
        Captured said = Captured.of("verify", run.toString());
        assertThat(said.code()).isZero();
        assertThat(said.out()).contains("ok    weights      as written");
    }

    @Test
    void mistakesAreNamed() {
        assertThat(Captured.of("predict", folder.toString(), pictures.toString())
                        .err())
                .contains(folder + " holds no model.json: give a model bundle");
        assertThat(Captured.of("predict", folder.resolve("x").toString(), pictures.toString())
                        .err())
                .contains("x does not exist");
        assertThat(Captured.of("predict", run.toString(), run.toString()).err())
                .contains("There are no pictures in " + run);
        assertThat(run("predict", "--top", "0").err()).contains("--top is 0");
        assertThat(run("predict", "--csv", "--json").code()).isEqualTo(Failures.USAGE);
        assertThat(run("embed", "--out", "features.txt").err()).contains(".csv, .npy or .parquet");
    }

    @Test
    void featuresAreWrittenAsATable() throws IOException {
        Path out = folder.resolve("features.csv");
        Captured said = run("embed", "--out", out.toString());

        assertThat(said.err()).isEmpty();
        assertThat(said.out()).isEqualTo("3 rows of 64 numbers each  " + out + "\n");
        List<String> lines = Files.readAllLines(out);
        assertThat(lines)
                .hasSize(4)
                .first()
                .asString()
                .startsWith("path,f0,f1,")
                .endsWith(",f63");
        assertThat(lines.get(2)).startsWith(pictures.resolve("one.png") + ",");
        assertThat(Stream.of(lines.get(2).split(",", -1)).skip(1).map(Float::valueOf))
                .usingComparatorForType((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : 1, Float.class)
                .containsExactlyElementsOf(features("one.png"));
    }

    @Test
    void featuresAreWrittenForNumPy() throws IOException {
        Path out = folder.resolve("features.npy");
        assertThat(run("embed", "--out", out.toString()).code()).isZero();

        byte[] bytes = Files.readAllBytes(out);
        assertThat(bytes).hasSize(128 + 3 * 64 * 4).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
        assertThat(new String(bytes, 10, 118, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 64), }")
                .endsWith("\n");
        float[] row = new float[64];
        ByteBuffer.wrap(bytes, 128 + 64 * 4, 64 * 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(row);
        List<Float> expected = features("one.png");
        for (int i = 0; i < row.length; i++) {
            assertThat(row[i]).isCloseTo(expected.get(i), within(1e-5f));
        }
        assertThat(Files.readAllLines(folder.resolve("features.npy.paths.csv")))
                .containsExactly(
                        "path",
                        pictures.resolve("deep/four.png").toString(),
                        pictures.resolve("one.png").toString(),
                        "\"" + pictures.resolve("two, three.png") + "\"");
    }

    private static final class Columns implements Hydrator<Map<String, Object>, Map<String, Object>, String[]> {
        @Override
        public Map<String, Object> start() {
            return new HashMap<>();
        }

        @Override
        public Map<String, Object> add(Map<String, Object> row, String[] column, Object value) {
            row.put(column[0], value);
            return row;
        }

        @Override
        public Map<String, Object> finish(Map<String, Object> row) {
            return row;
        }
    }

    @Test
    void featuresAreWrittenAsParquet() throws IOException {
        Path out = Files.writeString(folder.resolve("features.parquet"), "old");
        assertThat(run("embed", "--out", out.toString()).err()).isEmpty();

        List<Map<String, Object>> rows;
        try (Stream<Map<String, Object>> read = ParquetReader.streamContent(out.toFile(), new Columns())) {
            rows = read.toList();
        }
        assertThat(rows).hasSize(3);
        assertThat(rows.get(1))
                .hasSize(65)
                .containsEntry("path", pictures.resolve("one.png").toString());
        List<Float> expected = features("one.png");
        for (int i = 0; i < 64; i++) {
            assertThat((float) rows.get(1).get("f" + i)).isCloseTo(expected.get(i), within(1e-5f));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().contains("parquet")))
                    .containsExactly(out); // nothing is left beside it
        }
    }

    @Test
    void nothingReadableLeavesAnOlderFileAlone() throws IOException {
        Path out = Files.writeString(folder.resolve("old.csv"), "old");
        Path broken = Files.writeString(folder.resolve("alone.png"), "no picture");
        Captured said = Captured.of("embed", run.toString(), broken.toString(), "--out", out.toString());

        assertThat(said.code()).isEqualTo(Failures.RUN);
        assertThat(out).hasContent("old");
        assertThat(folder.resolve(".old.csv.unfinished")).doesNotExist();
    }

    private static List<Float> features(String name) {
        try (Classifier classifier = Classifier.load(run.resolve("model"))) {
            float[] features = classifier.embed(pictures.resolve(name));
            return Stream.iterate(0, i -> i + 1)
                    .limit(features.length)
                    .map(i -> features[i])
                    .toList();
        }
    }
}
