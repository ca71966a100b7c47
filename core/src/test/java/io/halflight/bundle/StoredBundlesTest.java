package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.json.Json;
import io.halflight.nn.HeadForm;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bundles as releases wrote them, one folder for each release, which nobody changes: whoever has such a model has to get the same answers for as
 * long as its major version is read. A new release adds a folder: {@code -Dhalflight.store=core/src/test/resources/io/halflight/bundle/stored/VERSION}.
 */
class StoredBundlesTest {
    /** The first of the format's versions that describes each. */
    private static final Map<String, String> VERSIONS =
            Map.of("resnet", "1.0", "resnet-dropping", "1.1", "resnet-normalising", "2.0", "wideresnet", "3.0");

    private static Path stored() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(StoredBundlesTest.class.getResource("stored"))
                .toURI());
    }

    static Stream<Path> bundles() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.walk(stored())) {
            return files
                    .filter(file -> file.endsWith(ModelBundle.DESCRIPTION))
                    .map(Path::getParent)
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    void theFirstReleaseHasOneOfEachVersion() throws Exception {
        assertThat(bundles().filter(bundle -> bundle.getParent().endsWith("0.1.0")))
                .extracting(bundle -> bundle.getFileName().toString())
                .containsExactlyInAnyOrderElementsOf(VERSIONS.keySet());
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void aStoredBundleAnswersAsOnTheDayItWasWritten(Path bundle) throws IOException {
        Map<String, Object> description =
                Json.object(Json.parse(Files.readString(bundle.resolve(ModelBundle.DESCRIPTION))), "model.json");
        Map<String, Object> expected =
                Json.object(Json.parse(Files.readString(bundle.resolve("expected.json"))), "expected.json");
        assertThat(description)
                .containsEntry(
                        "formatVersion", VERSIONS.get(bundle.getFileName().toString()));
        try (Classifier classifier = Classifier.load(bundle)) {
            Prediction prediction = classifier.predict(Models.picture(5, 20, 30));
            assertThat(prediction.scores()).hasSameSizeAs(expected.keySet());
            for (Prediction.Score score : prediction.scores()) {
                assertThat(score.probability())
                        .isCloseTo(((Number) expected.get(score.label())).doubleValue(), within(1e-5));
            }
            assertThat(classifier.bundle().provenance()).containsEntry("seed", 7L);
            assertThat(classifier.bundle().metrics()).isNotEmpty();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "halflight.store", matches = ".+", disabledReason = "writes what is tested here")
    void store() throws IOException {
        Path folder = Path.of(System.getProperty("halflight.store"));
        store(folder.resolve("resnet"), spec("resnet10", 0.0625, "none", BackboneSpec.OWN), HeadForm.SIMCLR);
        store(folder.resolve("resnet-dropping"), spec("resnet10", 0.0625, "none", 0.1), HeadForm.SIMCLR);
        store(
                folder.resolve("resnet-normalising"),
                spec("resnet18", 0.0625, "imagenet", BackboneSpec.OWN),
                HeadForm.BYOL);
        store(folder.resolve("wideresnet"), spec("wrn-10-1", 1, "none", BackboneSpec.OWN), HeadForm.SIMCLR);
    }

    private static BackboneSpec spec(String name, double width, String normalise, double dropPath) {
        return new BackboneSpec(name, width, 0, "auto", "torchvision", 16, 3, normalise, dropPath, BackboneSpec.OWN);
    }

    private static void store(Path directory, BackboneSpec backbone, HeadForm form) throws IOException {
        var spec = new ClassifierSpec(backbone, 1, 24, form, Models.CLASSES.size());
        ModelBundle.write(
                directory,
                Models.filled(ClassifierSpec.create(spec), 5),
                spec,
                Models.CLASSES,
                Models.METRICS,
                Models.PROVENANCE);
        Map<String, Double> expected = new LinkedHashMap<>();
        try (Classifier classifier = Classifier.load(directory)) {
            List<Prediction.Score> scores =
                    classifier.predict(Models.picture(5, 20, 30)).scores();
            scores.forEach(score -> expected.put(score.label(), score.probability()));
        }
        Files.writeString(directory.resolve("expected.json"), Json.pretty(expected) + "\n");
    }
}
