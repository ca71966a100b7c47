package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.bundle.ModelBundle;
import io.halflight.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
    @TempDir
    Path folder;

    private Path bundle;

    @BeforeEach
    void write() {
        bundle = folder.resolve("bundle");
        ClassifierSpec spec =
                new ClassifierSpec(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 16, 3), 0, 0, 2);
        ModelBundle.write(
                bundle, ClassifierSpec.create(spec), spec, List.of("cat", "dog"), Map.of("top1", 0.5), Map.of());
    }

    @Test
    void eachCheckIsOneLine() {
        Captured good = Captured.of("verify", bundle.toString());

        assertThat(good.out().lines())
                .hasSize(6)
                .anySatisfy(line -> assertThat(line).startsWith("ok    metadata     as written, SHA-256 "))
                .anySatisfy(line -> assertThat(line).startsWith("ok    weights      as written, SHA-256 "))
                .anySatisfy(line -> assertThat(line).startsWith("open  origin       not recorded: command, "));
        assertThat(good.err()).isEmpty();
        assertThat(good.code()).isZero();
    }

    @Test
    void aChangedFileEndsInCode1() throws IOException {
        Path description = bundle.resolve(ModelBundle.DESCRIPTION);
        Files.writeString(description, Files.readString(description).replace("dog", "god"));

        Captured bad = Captured.of("verify", bundle.toString());

        assertThat(bad.out()).contains("BAD   metadata     model.json was changed");
        assertThat(bad.code()).isEqualTo(1);
    }

    @Test
    void programsGetOneObject() {
        Captured json = Captured.of("verify", bundle.toString(), "--json");

        assertThat(json.out().lines()).hasSize(1);
        assertThat(Json.object(Json.parse(json.out()), "the line"))
                .containsEntry("event", "verify")
                .containsEntry("good", true);
        assertThat(json.out()).contains("{\"subject\":\"weights\",\"outcome\":\"good\"");
    }
}
