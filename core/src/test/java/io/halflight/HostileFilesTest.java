package io.halflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.ModelBundle;
import io.halflight.data.Datasets;
import io.halflight.recipe.RecipeReader;
import io.halflight.torch.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that somebody made on purpose. */
class HostileFilesTest {
    @TempDir
    Path folder;

    private static AbstractThrowableAssert<?, ?> refused(ThrowingCallable read) {
        return assertThatThrownBy(read).isInstanceOf(HalflightException.class);
    }

    private ThrowingCallable recipe(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("evil.yaml"), text);
        return () -> RecipeReader.read(file.toString(), List.of());
    }

    @Test
    void yamlThatUnfoldsToAnySizeOrIntoItself() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 {k: v}\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a%d: &a%d {".formatted(i, i));
            for (int c = 0; c < 10; c++) {
                bomb.append("k%d: *a%d, ".formatted(c, i - 1));
            }
            bomb.append("}\n");
        }
        refused(recipe(bomb.toString())).hasMessageContaining("evil.yaml line 2: a reference (*)");
        refused(recipe("a: &a\n  b: *a\n")).hasMessageContaining("evil.yaml line 2: a reference (*)");
    }

    @Test
    void yamlBeyondAnyDepth() throws IOException {
        refused(recipe("a: " + "[".repeat(200_000))).hasMessageContaining("evil.yaml line 1", "levels");
        refused(recipe("- ".repeat(200_000) + "a")).hasMessageContaining("evil.yaml line 1", "levels");
        refused(recipe("a: " + "{b: ".repeat(200_000))).hasMessageContaining("evil.yaml line 1", "levels");
    }

    @Test
    void yamlWithoutEnd() throws IOException {
        refused(recipe("#".repeat(4_000_002))).hasMessageContaining("evil.yaml has more than a million characters");
    }

    @Test
    void aRecipeThatStandsOnItself() throws IOException {
        Path file = folder.resolve("evil.yaml");
        Files.writeString(file, "base: " + file + "\n");
        refused(() -> RecipeReader.read(file.toString(), List.of())).hasMessageContaining("evil.yaml: more than 10");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[4611686018427387904,0,4611686018427387904];0;x", // libtorch multiplies what is beside the zero
                "[4294967296,4294967296];0;more values than can be counted",
                "[9223372036854775807];0;more values than can be counted",
                "[9007199254740992];8;but has 8",
            })
    void sizesThatCannotBeCounted(String shape, int bytes, String why) throws IOException {
        String header = "{\"x\":{\"dtype\":\"F64\",\"shape\":%s,\"data_offsets\":[0,%d]}}".formatted(shape, bytes);
        Path file = safetensors(header, bytes);
        refused(() -> Safetensors.read(file)).hasMessageContainingAll("evil.safetensors", why);
    }

    @Test
    void aThousandDimensions() throws IOException {
        String shape = String.join(",", Collections.nCopies(1000, "1"));
        Path file =
                safetensors("{\"x\":{\"dtype\":\"F64\",\"shape\":[%s],\"data_offsets\":[0,8]}}".formatted(shape), 8);
        refused(() -> Safetensors.read(file)).hasMessageContaining("has 1000 dimensions");
    }

    @Test
    void namesThatWouldWriteIntoTheTerminal() throws IOException {
        Path file = safetensors("{\"x\\u001b[31m\\ny\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
        refused(() -> Safetensors.read(file))
                .satisfies(
                        e -> assertThat(e.getMessage()).contains("\"x?[31m?y\"").doesNotContain("\u001b", "\n"));
    }

    private Path safetensors(String header, int bytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return Files.write(
                folder.resolve("evil.safetensors"),
                ByteBuffer.allocate(8 + text.length + bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .put(text)
                        .array());
    }

    /** Each of these would take gigabytes before the weights could be seen not to fit. */
    @ParameterizedTest
    @CsvSource({
        "\"width\": 0.125, \"width\": 16, holds",
        "\"name\": \"resnet10\", \"name\": \"wrn-9994-999\", holds",
        "\"headHidden\": 8, \"headHidden\": 2147483647, holds",
        "\"size\": 16, \"size\": 2147483647, picture size must be 1 to 4096",
        "\"channels\": 3, \"channels\": 2147483647, picture channels must be 1 to 64"
    })
    void aDescriptionOfANetworkThatFillsAnyMemory(String was, String is, String why) throws IOException {
        Path bundle = bundle();
        Path description = bundle.resolve(ModelBundle.DESCRIPTION);
        String text = Files.readString(description);
        assertThat(text).contains(was);
        Files.writeString(description, text.replace(was, is));
        refused(() -> Classifier.load(bundle)).hasMessageContaining(why);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS) // links need a privilege there
    void linksThatLeadOutOfTheBundle() throws IOException {
        for (String name : List.of(ModelBundle.DESCRIPTION, ModelBundle.WEIGHTS)) {
            Path bundle = bundle();
            Path outside = Files.move(bundle.resolve(name), folder.resolve("outside-" + name));
            Files.createSymbolicLink(bundle.resolve(name), outside);
            refused(() -> ModelBundle.read(bundle)).hasMessageContaining(name + " is no file of the bundle");
            Files.delete(bundle.resolve(name));
            Files.createDirectory(bundle.resolve(name));
            refused(() -> ModelBundle.read(bundle)).hasMessageContaining(name + " is no file of the bundle");
            Files.delete(bundle.resolve(name));
            Files.move(outside, bundle.resolve(name));
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aBundleThatIsALinkItselfIsRead() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("latest"), bundle());
        assertThat(ModelBundle.read(link).classes()).hasSize(3);
    }

    @Test
    void aSourceThatIsNoPath() {
        for (String form : List.of("folder:", "csv:", "idx:", "cifar10:", "fashion-mnist:")) {
            refused(() -> Datasets.open(form + "a\0b", new Datasets.Options(8))).hasMessageContaining("is no path");
        }
    }

    private Path bundle() {
        Path bundle = folder.resolve("bundle");
        ClassifierSpec spec =
                new ClassifierSpec(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 16, 3), 1, 8, 3);
        ModelBundle.write(
                bundle,
                ClassifierSpec.create(spec),
                spec,
                List.of("crab", "gull", "seal"),
                Map.of("top1", 0.5),
                Map.of("seed", 7L));
        return bundle;
    }
}
