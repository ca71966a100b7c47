package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.bundle.BundleCheck.Line;
import io.halflight.bundle.BundleCheck.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleCheckTest {
    private static final Map<String, Object> ORIGIN = origin();

    @TempDir
    Path folder;

    private Path bundle;

    private static Map<String, Object> origin() {
        Map<String, Object> origin = new LinkedHashMap<>();
        List.of("command", "recipe", "version", "commit", "versions", "stage").forEach(key -> origin.put(key, "x"));
        origin.put("seed", 7L);
        origin.put("note", null);
        origin.put("learningRates", List.of(0.1, 1e-7, 3e300, 123456789012345.0));
        origin.put("data", Map.of("sha256", "a", "splitSha256", "b"));
        return origin;
    }

    @BeforeEach
    void write() {
        bundle = folder.resolve("bundle");
        ModelBundle.write(bundle, Models.network(1, 5), Models.spec(1), Models.CLASSES, Models.METRICS, ORIGIN);
    }

    private Line line(String subject) {
        return BundleCheck.of(bundle).stream()
                .filter(line -> line.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private void edit(String was, String is) throws IOException {
        Path description = bundle.resolve(ModelBundle.DESCRIPTION);
        String text = Files.readString(description);
        assertThat(text).contains(was);
        Files.writeString(description, text.replace(was, is));
    }

    @Test
    void aBundleAsItWasWrittenIsGoodInEveryRespect() {
        assertThat(BundleCheck.of(bundle)).extracting(Line::outcome).hasSize(6).containsOnly(Outcome.GOOD);
        BundleCheck.of(bundle);
        long before = Pointer.totalCount();
        BundleCheck.of(bundle);
        System.gc();
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    /** Anything: a figure, a class, a seed. */
    @ParameterizedTest
    @CsvSource({"0.875, 0.975", "gull, gulls", ": 7, : 8", "not stated, MIT", "1.0E-7, 1.1E-7"})
    void aChangeOfTheDescriptionIsFound(String was, String is) throws IOException {
        edit(was, is);
        assertThat(line("metadata"))
                .satisfies(line -> assertThat(line.outcome()).isEqualTo(Outcome.BAD))
                .satisfies(
                        line -> assertThat(line.finding()).startsWith("model.json was changed after it was written"));
        assertThat(line("weights").outcome()).isEqualTo(Outcome.GOOD);
    }

    @Test
    void howTheDescriptionIsLaidOutDoesNotMatter() throws IOException {
        Path description = bundle.resolve(ModelBundle.DESCRIPTION);
        Files.writeString(description, Files.readString(description).replaceAll("\\n *", " "));
        assertThat(line("metadata").outcome()).isEqualTo(Outcome.GOOD);
    }

    @Test
    void aChangeOfTheWeightsIsFound() throws IOException {
        Path weights = bundle.resolve(ModelBundle.WEIGHTS);
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        assertThat(line("weights").outcome()).isEqualTo(Outcome.BAD);
        assertThat(line("network").outcome()).isEqualTo(Outcome.BAD);
        assertThat(line("metadata").outcome()).isEqualTo(Outcome.GOOD);
        Files.delete(weights);
        assertThat(line("weights").finding()).contains("model.safetensors is missing");
    }

    @Test
    void weightsThatAreNoNumbersAreFound() {
        var network = Models.network(1, 5);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            network.state().get("fc.bias").fill_(new Scalar(Double.NaN));
        }
        ModelBundle.write(bundle, network, Models.spec(1), Models.CLASSES, Models.METRICS, ORIGIN);
        assertThat(line("network"))
                .satisfies(line -> assertThat(line.outcome()).isEqualTo(Outcome.BAD))
                .satisfies(line -> assertThat(line.finding()).contains("fc.bias"));
    }

    @Test
    void aBundleFromBeforeTheHashSaysThatItCannotBeChecked() throws IOException {
        Path description = bundle.resolve(ModelBundle.DESCRIPTION);
        Files.writeString(
                description,
                Files.readString(description).replaceAll(",\\s*\"" + Description.OWN_HASH + "\": \"\\w+\"", ""));
        assertThat(ModelBundle.read(bundle).classes()).isEqualTo(Models.CLASSES);
        assertThat(line("metadata"))
                .satisfies(line -> assertThat(line.outcome()).isEqualTo(Outcome.OPEN))
                .satisfies(line -> assertThat(line.finding()).startsWith("cannot be checked"));
    }

    @Test
    void whatIsNotRecordedIsNamed() throws IOException {
        edit("\"recipe\"", "\"recipes\"");
        edit("\"splitSha256\"", "\"split\"");
        edit("\"protocol\"", "\"protocols\"");
        assertThat(line("origin"))
                .satisfies(line -> assertThat(line.outcome()).isEqualTo(Outcome.OPEN))
                .satisfies(line -> assertThat(line.finding())
                        .isEqualTo("not recorded: recipe, data.splitSha256, metrics.protocol"));
    }

    @Test
    void filesThatNoHashCoversAreNamed() throws IOException {
        Files.writeString(bundle.resolve("run-me.sh"), "");
        assertThat(line("other files"))
                .satisfies(line -> assertThat(line.outcome()).isEqualTo(Outcome.OPEN))
                .satisfies(line -> assertThat(line.finding()).isEqualTo("covered by no hash: run-me.sh"));
    }

    @Test
    void aDamagedDescriptionIsOneBadLineAmongOthers() throws IOException {
        Files.writeString(bundle.resolve(ModelBundle.DESCRIPTION), "{");
        assertThat(line("description").outcome()).isEqualTo(Outcome.BAD);
        assertThat(line("weights").outcome()).isEqualTo(Outcome.OPEN);
        assertThat(line("network").outcome()).isEqualTo(Outcome.BAD);
    }

    @Test
    void whatIsNoBundleIsRefused() {
        assertThatThrownBy(() -> BundleCheck.of(folder))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("is no model bundle: it holds no model.json");
    }
}
