package io.halflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.ModelBundle;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.LabelRequest;
import io.halflight.data.LabelSplit;
import io.halflight.data.PseudoLabel;
import io.halflight.data.PseudoLabelFile;
import io.halflight.data.Seeds;
import io.halflight.recipe.RecipeReader;
import io.halflight.torch.PthFile;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that is read from files, damaged by the hundred; by the thousand with {@code -Dhalflight.mutations=5000}. What
 * is read is right or is refused by an error of our own, in one line that names the file; a hang ends in the suite's timeout.
 */
class DamagedFilesTest {
    private static final long SEED = Long.getLong("halflight.seed", 1);
    private static final int MUTATIONS = Integer.getInteger("halflight.mutations", 120);

    /** Reads the file that was damaged. */
    private interface Reader {
        void read() throws IOException;
    }

    @TempDir
    Path folder;

    private void damage(Path file, Reader reader) throws IOException {
        damage(file, file.getFileName().toString(), reader);
    }

    private void damage(Path file, String name, Reader reader) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        reader.read(); // whole, it is read
        int refused = 0;
        for (int round = 0; round < MUTATIONS; round++) {
            SplittableRandom random = Seeds.random(SEED, "damage", 0, round, 0);
            byte[] damaged = Damage.of(whole, random);
            Files.write(file, damaged);
            try (PointerScope scope = new PointerScope()) {
                reader.read();
            } catch (HalflightException e) {
                refused++;
                assertThat(e.getMessage()).as("seed %d round %d", SEED, round).contains(name);
                assertThat(e.getMessage().lines())
                        .as("seed %d round %d", SEED, round)
                        .hasSize(1);
            } catch (RuntimeException | Error e) {
                fail("seed %d round %d of %s: %s".formatted(SEED, round, file.getFileName(), e), e);
            }
        }
        assertThat(refused).as("seed %d", SEED).isBetween(MUTATIONS / 10, MUTATIONS);
    }

    @Test
    void safetensors() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        try (PointerScope scope = new PointerScope()) {
            Safetensors.write(
                    file,
                    Map.of(
                            "a.weight", Tensors.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3),
                            "a.count", Tensors.longs(new long[] {7}),
                            "a.bias", Tensors.floats(new float[] {1, 2}, 2)),
                    Map.of("step", "12"));
        }
        damage(file, () -> Safetensors.read(file));
    }

    @Test
    void pth() throws IOException {
        Path golden = folder.resolve("weights.pth");
        try (var in = DamagedFilesTest.class.getResourceAsStream("/io/halflight/torch/pth/nested_model.pth")) {
            Files.write(golden, in.readAllBytes());
        }
        damage(golden, () -> PthFile.read(golden));
    }

    @Test
    void recipes() throws IOException {
        Path file = folder.resolve("mine.yaml");
        Files.writeString(file, RecipeReader.show("moam"));
        damage(file, "mine", () -> RecipeReader.read(file.toString(), List.of()));
    }

    @Test
    void tablesOfPictures() throws IOException {
        Path file = folder.resolve("pictures.csv");
        for (int i = 0; i < 8; i++) {
            Files.writeString(folder.resolve(i + ".jpg"), "no picture is opened");
        }
        StringBuilder text = new StringBuilder("path,label,part\n");
        for (int i = 0; i < 8; i++) {
            text.append(i).append(".jpg,\"a, ").append(i % 2).append("\",").append(i < 4 ? "train\n" : "test\n");
        }
        Files.writeString(file, text);
        damage(file, () -> Datasets.open("csv:" + file, new Datasets.Options(8)));
    }

    @Test
    void labelListsAndSplits() throws IOException {
        Dataset shapes = Datasets.open("shapes:40,10", new Datasets.Options(16));
        Path labels = folder.resolve("labels.csv");
        StringBuilder text = new StringBuilder("path,label,role\n");
        for (int i = 0; i < 20; i++) {
            text.append(shapes.id(i))
                    .append(',')
                    .append(shapes.classes().get(shapes.label(i)))
                    .append(i % 4 == 3 ? ",validation\n" : ",labelled\n");
        }
        Files.writeString(labels, text);
        var request = new LabelSplit.Request(new LabelRequest.Given(labels), 1, 0);
        damage(labels, () -> LabelSplit.draw(shapes, request, 3));
        Path split = folder.resolve("split.csv");
        LabelSplit.draw(shapes, new LabelSplit.Request(new LabelRequest.PerClass(1), 1, 0), 3)
                .write(split);
        damage(split, () -> LabelSplit.read(split, shapes));
    }

    @Test
    void pseudoLabels() throws IOException {
        Path file = folder.resolve(PseudoLabelFile.NAME);
        PseudoLabelFile.write(
                file,
                List.of(
                        new PseudoLabel("a, b.jpg", "cat", 0.9f, 0.1f, 0.5f),
                        new PseudoLabel("c.jpg", "dog", 1, 0, 1),
                        new PseudoLabel("d.jpg", "dog", 0.33f, 1.2f, 0)));
        damage(file, () -> {
            for (PseudoLabel label : PseudoLabelFile.read(file)) {
                assertThat(label.confidence()).isBetween(0f, 1f);
                assertThat(label.entropy()).isFinite().isNotNegative();
                assertThat(label.neighbours()).isBetween(0f, 1f);
            }
        });
    }

    @Test
    void idx() throws IOException {
        byte[] images = ByteBuffer.allocate(16 + 5 * 12)
                .putInt(0x0803)
                .putInt(5)
                .putInt(4)
                .putInt(3)
                .array();
        byte[] labels = ByteBuffer.allocate(8 + 5).putInt(0x0801).putInt(5).array();
        Files.write(folder.resolve("train-labels-idx1-ubyte"), labels);
        Path file = folder.resolve("train-images-idx3-ubyte");
        Files.write(file, images);
        damage(file, () -> Datasets.open("idx:" + folder, new Datasets.Options(8)));
        Files.delete(file);
        Path zipped = folder.resolve("train-images-idx3-ubyte.gz");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(images);
        }
        Files.write(zipped, bytes.toByteArray());
        damage(zipped, () -> Datasets.open("idx:" + folder, new Datasets.Options(8)));
    }

    @Test
    void bundles() throws IOException {
        Path bundle = folder.resolve("bundle");
        ClassifierSpec spec =
                new ClassifierSpec(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 16, 3), 1, 8, 3);
        ImageClassifier network = ClassifierSpec.create(spec);
        ModelBundle.write(
                bundle, network, spec, List.of("crab", "gull", "seal"), Map.of("top1", 0.5), Map.of("seed", 7L));
        Path description = bundle.resolve(ModelBundle.DESCRIPTION);
        String whole = Files.readString(description);
        damage(description, "", () -> Classifier.load(bundle).close()); // either file may be at fault
        Path weights = bundle.resolve(ModelBundle.WEIGHTS);
        damage(weights, "", () -> {
            String sum = HexFormat.of().formatHex(sha256().digest(Files.readAllBytes(weights)));
            Files.writeString(description, whole.replaceAll("[0-9a-f]{64}", sum)); // as an enemy would do
            Classifier.load(bundle).close();
        });
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
