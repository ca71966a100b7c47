package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
    @TempDir
    static Path folder;

    private static String run;

    /** A run that pretrains and then classifies. */
    @BeforeAll
    static void learn() throws IOException {
        NativeTorch.load();
        run = folder.resolve("run").toString();
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
                data: {source: 'shapes:60,40', size: 16, labels: 2}
                threads: 1
                stages:
                  pretrain:
                    method: simclr
                    backbone: {name: resnet10, width: 0.125, normalise: symmetric}
                    epochs: 1
                    batch: 16
                    pictures_per_epoch: 32
                  finetune: {method: finetune, from: pretrain, from_layer: 0, epochs: 1, batch: 4}
                """);
        assertThat(Captured.of("run", recipe.toString(), "--out", run).err()).isEmpty();
    }

    private static Captured export(String... more) {
        return Captured.of(
                Stream.concat(Stream.of("export", run), Arrays.stream(more)).toArray(String[]::new));
    }

    @Test
    void theDeliveredClassifierTakesBytes() {
        String onnx = folder.resolve("classes.onnx").toString();
        String script = folder.resolve("classes.pt").toString();
        Captured said = export("--onnx", onnx, "--torchscript", script, "--preprocess");

        assertThat(said.err()).isEmpty();
        assertThat(said.out())
                .contains(
                        onnx + ", 0.3 MB",
                        script + ", 0.3 MB",
                        "takes pictures: uint8 [N, 3, 16, 16], 0 to 255",
                        "gives logits: float32 [N, 10]");
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.zeros(new long[] {2, 3, 16, 16}, torch.dtype(ScalarType.Byte));
            assertThat(answer(script, x).shape()).containsExactly(2, 10);
        }
    }

    @Test
    void aStagesEncoderGivesItsFeatures() {
        String script = folder.resolve("encoder.pt").toString();
        Captured said = export("--torchscript", script, "--stage", "pretrain", "--encoder");

        assertThat(said.err()).isEmpty();
        assertThat(said.out()).contains("float32 [N, 3, 16, 16], 0 to 1", "gives features: float32 [N, 64]");
        try (PointerScope scope = new PointerScope()) {
            assertThat(answer(script, torch.rand(2, 3, 16, 16)).shape()).containsExactly(2, 64);
        }
    }

    private static Tensor answer(String script, Tensor x) {
        JitModule module = torch.load(script);
        return module.forward(new IValueVector(new IValue(x))).toTensor();
    }

    /** Of the delivered encoder and, by way of the stage, of the pretrained one, which is another. */
    @Test
    void weightsKeepTheirNames() {
        Path delivered = folder.resolve("delivered.safetensors");
        Path pretrained = folder.resolve("pretrained.safetensors");
        Captured said = export("--safetensors", delivered.toString(), "--encoder");
        assertThat(export("--safetensors", pretrained.toString(), "--encoder", "--stage", "pretrain")
                        .err())
                .isEmpty();
        assertThat(said.err()).isEmpty();
        assertThat(said.out())
                .contains("no public network takes them: public networks have width 1, and this has 0.125");
        try (PointerScope scope = new PointerScope()) {
            float[] one = Tensors.toFloats(Safetensors.read(delivered).get("layer1.0.conv1.weight"));
            float[] other = Tensors.toFloats(Safetensors.read(pretrained).get("layer1.0.conv1.weight"));
            assertThat(one).hasSameSizeAs(other).isNotEqualTo(other);
            assertThat(Safetensors.read(pretrained)).doesNotContainKey("fc.weight");
        }
    }

    @Test
    void whatCannotBeExportedIsSaidOnOneLine() throws IOException {
        String file = folder.resolve("nothing.onnx").toString();
        refused(export("--onnx", file, "--stage", "pretrain"), "knows no classes", "--encoder");
        refused(export("--onnx", file, "--stage", "pretrian"), "did you mean pretrain", "pretrain, finetune");
        refused(Captured.of("export", run + "/model", "--onnx", file, "--stage", "pretrain"), "is a model bundle");
        Path there = Files.writeString(folder.resolve("there.onnx"), "mine");
        refused(export("--onnx", there.toString()), there + " is there already");
        assertThat(there).hasContent("mine");
        assertThat(Path.of(file)).doesNotExist();
    }

    private static void refused(Captured said, String... parts) {
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.errorLines()).hasSize(1);
        assertThat(said.err()).contains(parts);
        assertThat(said.out()).isEmpty();
    }
}
