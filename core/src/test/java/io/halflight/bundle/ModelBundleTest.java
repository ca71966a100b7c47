package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.json.Json;
import io.halflight.nn.HeadForm;
import io.halflight.torch.Safetensors;
import io.halflight.torch.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelBundleTest {
    @TempDir
    private Path folder;

    private Path directory;

    @BeforeEach
    void name() {
        directory = folder.resolve("run/model");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aBundleGivesBackTheNetwork(int headLayers) {
        ImageClassifier network = Models.network(headLayers, 5);
        ModelBundle.write(
                directory, network, Models.spec(headLayers), Models.CLASSES, Models.METRICS, Models.PROVENANCE);
        ImageClassifier back = ModelBundle.read(directory).network();
        assertThat(back.is_training()).isFalse();
        float[] views = new float[2 * 3 * Models.SIZE * Models.SIZE];
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < views.length; i++) {
            views[i] = (float) random.nextDouble();
        }
        float[] expected = Models.logits(network, views);
        assertThat(expected[0]).isNotEqualTo(expected[3]);
        assertThat(Models.logits(back, views)).containsExactly(expected);
    }

    @Test
    void aBundleGivesBackWhatWasSaid() {
        Map<String, Object> provenance = new HashMap<>(Models.PROVENANCE);
        provenance.put("command", null);
        ModelBundle.write(
                directory,
                Models.network(1, 5),
                Models.spec(1),
                Models.CLASSES,
                Models.METRICS,
                provenance,
                "shore",
                "CC-BY-4.0");
        ModelBundle bundle = ModelBundle.read(directory);
        assertThat(bundle.name()).isEqualTo("shore");
        assertThat(bundle.licence()).isEqualTo("CC-BY-4.0");
        assertThat(bundle.classes()).isEqualTo(Models.CLASSES);
        assertThat(bundle.architecture()).isEqualTo(Models.spec(1));
        assertThat(bundle.metrics()).isEqualTo(Models.METRICS);
        assertThat(bundle.provenance()).isEqualTo(provenance);
    }

    @Test
    void whatOlderReadersWouldGetWrongHasAVersionThatTheyRefuse() throws IOException {
        Models.write(directory, 0, 5);
        Path file = directory.resolve(ModelBundle.DESCRIPTION);
        assertThat(Files.readString(file)).contains("\"formatVersion\": \"1.0\"");

        BackboneSpec plain = Models.spec(0).backbone();
        ClassifierSpec scaled = new ClassifierSpec(
                new BackboneSpec(
                        plain.name(),
                        plain.width(),
                        plain.sk(),
                        plain.stem(),
                        plain.shortcuts(),
                        plain.size(),
                        plain.channels(),
                        "imagenet"),
                1,
                24,
                HeadForm.BYOL,
                Models.CLASSES.size());
        Path other = directory.resolve("scaled");
        ModelBundle.write(
                other, ClassifierSpec.create(scaled), scaled, Models.CLASSES, Models.METRICS, Models.PROVENANCE);
        assertThat(Files.readString(other.resolve(ModelBundle.DESCRIPTION))).contains("\"formatVersion\": \"2.0\"");
        assertThat(ModelBundle.read(other).architecture()).isEqualTo(scaled);
    }

    /** Other families are refused by older readers; drop rates alone decide no prediction, so they may be ignored. */
    @ParameterizedTest
    @CsvSource({
        "resnet10, -1, -1, 1.0",
        "resnet10, 0.1, 0, 1.1",
        "resnet10, -1, 0.5, 1.1",
        "wrn-10-1, -1, -1, 3.0",
        "wrn-10-1-fixmatch, -1, -1, 3.0",
        "resnet18v2, -1, -1, 3.0",
        "efficientnet-b0, -1, -1, 3.0",
        "efficientnet-b1, 0.1, 0.2, 3.1",
    })
    void everyFamilyIsWrittenAndReadBack(String name, double dropPath, double dropout, String version)
            throws IOException {
        BackboneSpec backbone = new BackboneSpec(name, 0.125, 0, "auto", "simclr", Models.SIZE, 3);
        ClassifierSpec spec = new ClassifierSpec(backbone.dropping(dropPath, dropout), 0, 0, Models.CLASSES.size());
        torch.manual_seed(7);
        ImageClassifier network = ClassifierSpec.create(spec);
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            network.state().get("fc.weight").normal_();
            network.forward(torch.randn(8, 3, Models.SIZE, Models.SIZE)); // moves the running statistics
        }
        network.eval();
        ModelBundle.write(directory, network, spec, Models.CLASSES, Models.METRICS, Models.PROVENANCE);
        assertThat(description().get("formatVersion")).isEqualTo(version);
        ModelBundle bundle = ModelBundle.read(directory);
        assertThat(bundle.architecture()).isEqualTo(spec);
        float[] views = new float[2 * 3 * Models.SIZE * Models.SIZE];
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < views.length; i++) {
            views[i] = (float) random.nextDouble();
        }
        float[] expected = Models.logits(network, views);
        assertThat(expected[0]).isNotEqualTo(expected[3]);
        assertThat(Models.logits(bundle.network(), views)).containsExactly(expected);
    }

    @Test
    void theDescriptionOfAnOlderNetworkDoesNotMentionDropRates() throws IOException {
        Models.write(directory, 0, 5);
        assertThat(Files.readString(directory.resolve(ModelBundle.DESCRIPTION))).doesNotContain("drop");
    }

    @Test
    void aDescriptionFromBeforeVersion2IsRead() throws IOException {
        Models.write(directory, 1, 5);
        Path file = directory.resolve(ModelBundle.DESCRIPTION);
        String text = Files.readString(file);
        String older =
                text.replaceAll(",\\s*\"normalise\": \"none\"", "").replaceAll("\"headForm\": \"simclr\",\\s*", "");
        assertThat(older).doesNotContain("normalise").doesNotContain("headForm");
        Files.writeString(file, older);
        assertThat(ModelBundle.read(directory).architecture()).isEqualTo(Models.spec(1));
    }

    @Test
    void withoutALicenceItSaysSo() {
        Models.write(directory, 0, 5);
        assertThat(ModelBundle.read(directory).licence()).isEqualTo("not stated");
        assertThat(ModelBundle.read(directory).name()).isEqualTo("resnet10");
    }

    @Test
    void weightsHaveTheNamesThatTorchvisionUses() {
        Models.write(directory, 0, 5);
        try (SafetensorsFile file = Safetensors.open(directory.resolve(ModelBundle.WEIGHTS))) {
            assertThat(file.names())
                    .contains("conv1.weight", "bn1.running_mean", "bn1.num_batches_tracked")
                    .contains("layer1.0.conv1.weight", "layer2.0.downsample.0.weight", "layer4.0.bn2.bias")
                    .contains("fc.weight", "fc.bias")
                    .noneMatch(name -> name.startsWith("backbone") || name.startsWith("head"));
            assertThat(file.metadata()).containsEntry("format", "pt");
        }
    }

    @Test
    void theDescriptionNamesThePreprocessing() throws IOException {
        Models.write(directory, 0, 5);
        Map<String, Object> json = description();
        assertThat(json.get("formatVersion")).isEqualTo("1.0");
        assertThat(Json.write(json.get("preprocessing")))
                .isEqualTo("{\"size\":16,\"channels\":3,\"range\":[0.0,1.0],\"resize\":\"centre-view\"}");
    }

    @Test
    void aNewBundleReplacesAnOldOneAndLeavesNothingElse() throws IOException {
        Models.write(directory, 0, 5);
        String first = ModelBundle.read(directory).sha256();
        Models.write(directory, 0, 6);
        assertThat(ModelBundle.read(directory).sha256()).isNotEqualTo(first);
        assertThat(names(directory)).containsExactlyInAnyOrder("model.safetensors", "model.json");
        assertThat(names(directory.getParent())).containsExactly("model");
    }

    @Test
    void theSameNetworkIsWrittenToTheSameBytes() throws IOException {
        Models.write(directory, 0, 5);
        Models.write(folder.resolve("other"), 0, 5);
        for (String file : List.of(ModelBundle.WEIGHTS, ModelBundle.DESCRIPTION)) {
            assertThat(Files.readAllBytes(directory.resolve(file)))
                    .isEqualTo(Files.readAllBytes(folder.resolve("other").resolve(file)));
        }
    }

    @Test
    void aFailureLeavesTheOldBundleAlone() throws IOException {
        Models.write(directory, 0, 5);
        String before = ModelBundle.read(directory).sha256();
        Map<String, Object> unwritable = Map.of("object", new Object());
        assertThatThrownBy(() -> ModelBundle.write(
                        directory, Models.network(0, 6), Models.spec(0), Models.CLASSES, unwritable, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ModelBundle.read(directory).sha256()).isEqualTo(before);
        assertThat(names(directory.getParent())).containsExactly("model");
    }

    @Test
    void aDirectoryWithOtherThingsIsNotTouched() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("thesis.txt"), "years of work");
        assertThatThrownBy(() -> Models.write(directory, 0, 5))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("thesis.txt");
        assertThat(names(directory)).containsExactly("thesis.txt");
        assertThat(names(directory.getParent())).containsExactly("model");
    }

    @Test
    void aDirectoryThatIsAFileIsRefused() throws IOException {
        Path file = folder.resolve("file");
        Files.writeString(file, "");
        assertThatThrownBy(() -> Models.write(file, 0, 5))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("is a file");
    }

    @Test
    void changedWeightsAreRefused() throws IOException {
        Models.write(directory, 0, 5);
        Path weights = directory.resolve(ModelBundle.WEIGHTS);
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        assertThatThrownBy(() -> ModelBundle.read(directory))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("SHA-256");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"1.0\" | \"4.0\" | use a newer Halflight",
                "\"1.0\" | \"0.9\" | never existed",
                "\"1.0\" | \"one\" | not of the form",
                "\"seal\" | \"seal\", \"whale\" | 4 classes for an architecture of 3",
                "\"centre-view\" | \"squeezed\" | preprocessing",
                "\"resnet10\" | 10 | \"name\" of the description is not text",
                "\"stem\": \"auto\" | \"stem\": \"tiny\" | stem must be one of",
                "\"headLayers\": 0 | \"headLayers\": 0.5 | not a whole number",
                "\"metrics\" | \"figures\" | metrics is not a JSON object",
                "{ | [ | JSON line 2",
            })
    void aDescriptionThatCannotBeFollowedIsRefused(String from, String to, String message) throws IOException {
        Models.write(directory, 0, 5);
        Path file = directory.resolve(ModelBundle.DESCRIPTION);
        String text = Files.readString(file);
        int at = text.indexOf(from);
        assertThat(at).isNotNegative();
        Files.writeString(file, text.substring(0, at) + to + text.substring(at + from.length()));
        assertThatThrownBy(() -> ModelBundle.read(directory))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("model.json");
    }

    @Test
    void aNewerMinorVersionIsRead() throws IOException {
        Models.write(directory, 0, 5);
        Path file = directory.resolve(ModelBundle.DESCRIPTION);
        Files.writeString(
                file, Files.readString(file).replace("\"1.0\",", "\"1.7\",\n  \"somethingNew\": {\"a\": 1},"));
        assertThat(ModelBundle.read(directory).classes()).isEqualTo(Models.CLASSES);
    }

    @Test
    void classesThatDoNotFitTheWeightsAreRefused() throws IOException {
        Models.write(directory, 0, 5);
        Path file = directory.resolve(ModelBundle.DESCRIPTION);
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("\"seal\"", "\"seal\", \"whale\"")
                        .replace("\"classes\": 3", "\"classes\": 4"));
        assertThatThrownBy(() -> ModelBundle.read(directory))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("no fc.weight of 4 rows");
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> ModelBundle.read(folder.resolve("nowhere")))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("does not exist");
        Models.write(directory, 0, 5);
        Files.delete(directory.resolve(ModelBundle.WEIGHTS));
        assertThatThrownBy(() -> ModelBundle.read(directory))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("model.safetensors is missing");
    }

    @Test
    void classNamesMustFitTheNetwork() {
        assertThatThrownBy(() -> ModelBundle.write(
                        directory, Models.network(0, 5), Models.spec(0), List.of("one"), Map.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Map<String, Object> description() throws IOException {
        return Json.object(Json.parse(Files.readString(directory.resolve(ModelBundle.DESCRIPTION))), "it");
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
