package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitFromTest {
    private static final String DATA = "data: {source: 'shapes:60,40', size: 16, labels: 2}\nthreads: 1\n";

    @TempDir
    Path folder;

    private String pretrained;

    @BeforeEach
    void pretrain() throws IOException {
        pretrained = folder.resolve("pretrained").toString();
        Path recipe = Files.writeString(folder.resolve("pretrain.yaml"), DATA + """
                stages:
                  pretrain:
                    method: simclr
                    backbone: {name: resnet10, width: 0.125, normalise: symmetric}
                    epochs: 1
                    batch: 16
                    pictures_per_epoch: 32
                """);
        assertThat(Captured.of("run", recipe.toString(), "--out", pretrained).err())
                .isEmpty();
    }

    /** The rate is so low that first weights stay first weights. */
    private Captured run(String out, String... more) throws IOException {
        Path recipe = Files.writeString(folder.resolve("fixmatch.yaml"), DATA + """
                stages:
                  supervised: {method: supervised, backbone: {name: resnet10, width: 0.25}, epochs: 1}
                  fixmatch:
                    method: fixmatch
                    epochs: 1
                    batch: 4
                    pictures_per_epoch: 4
                    average: {decay: 0.0}
                    optimizer: {learning_rate: 1.0e-9}
                """);
        List<String> arguments = new ArrayList<>(List.of("run", recipe.toString()));
        arguments.addAll(List.of("--out", folder.resolve(out).toString()));
        arguments.addAll(List.of(more));
        return Captured.of(arguments.toArray(String[]::new));
    }

    @Test
    void stagesWithTwoStreamsStartFromTheEncoderAndTheSupervisedOneDoesNot() throws IOException {
        Captured said = run("run", "--init-from", pretrained);

        assertThat(said.err()).isEmpty();
        assertThat(Files.readString(folder.resolve("run/recipe.yaml")))
                .contains(pretrained + "/stages/1-pretrain/last.safetensors", "normalise: symmetric")
                .containsOnlyOnce("width: 0.125")
                .containsOnlyOnce("width: 0.25");
        assertThat(weights("run/stages/2-fixmatch", "layer2.0.conv1.weight"))
                .containsExactly(
                        weights("pretrained/stages/1-pretrain", "encoder.layer2.0.conv1.weight"), within(1e-6f));
    }

    private float[] weights(String stage, String name) {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.toFloats(Safetensors.read(folder.resolve(stage).resolve("last.safetensors"))
                    .get(name));
        }
    }

    @Test
    void aRunThatSawThePicturesThatJudgeIsRefused() throws IOException {
        Captured refused = run("run", "--init-from", pretrained, "--seed", "7"); // validates with others

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines()).hasSize(1);
        assertThat(refused.err())
                .contains("stages.fixmatch.backbone.init", pretrained, "was trained on", "validates or tests", "seed");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void whatCannotBeTakenOverIsSaidOnOneLine() throws IOException {
        assertThat(run("run", "--init-from", "/no/such/run").err()).contains("There is no run in /no/such/run");
        Captured supervised = Captured.of("run", "supervised", "--data", "shapes:60,40", "--init-from", pretrained);
        assertThat(supervised.err()).contains("--init-from: the recipe supervised has no stage that learns from");
        assertThat(supervised.code()).isEqualTo(2);
        Files.delete(Path.of(pretrained).resolve("stages/1-pretrain/stage.json"));
        assertThat(run("run", "--init-from", pretrained).err()).contains("1-pretrain", "is not finished");
    }
}
