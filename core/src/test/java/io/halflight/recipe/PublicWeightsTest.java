package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicWeightsTest {
    private static final BackboneSpec SPEC = new BackboneSpec("resnet18", 0.125, 0, "imagenet", "torchvision", 64, 3);

    @TempDir
    Path folder;

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void aTorchvisionStateLoadsWithoutItsClassifier() {
        Backbone source = Backbones.create(SPEC);
        Backbone target = Backbones.create(SPEC);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(source));
            state.put("fc.weight", torch.ones(5, source.features()));
            state.put("fc.bias", torch.ones(5));
            Path file = write(state);
            PublicWeights.load(file, target, "--init");
            StateDict.of(source)
                    .forEach((name, tensor) -> assertThat(
                                    Tensors.toFloats(StateDict.of(target).get(name)))
                            .as(name)
                            .containsExactly(Tensors.toFloats(tensor)));
        }
    }

    @Test
    void ofAnEfficientNetTheClassifierBehindItsDropoutIsLeftOut() {
        BackboneSpec spec = new BackboneSpec("efficientnet-b0", 0.125, 0, "imagenet", "torchvision", 64, 3);
        Backbone source = Backbones.create(spec);
        Backbone target = Backbones.create(spec);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(source));
            state.put("classifier.1.weight", torch.ones(5, source.features()));
            state.put("classifier.1.bias", torch.ones(5));
            PublicWeights.load(write(state), target, "--init");
            String last = "features.8.0.weight";
            assertThat(StateDict.of(target).get(last).equal(state.get(last))).isTrue();
        }
    }

    @Test
    void olderFilesWithoutCountersLoadToo() {
        Backbone source = Backbones.create(SPEC);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(source));
            state.keySet().removeIf(name -> name.endsWith("num_batches_tracked"));
            PublicWeights.load(write(state), Backbones.create(SPEC), "--init");
        }
    }

    @Test
    void everyMissingAndUnexpectedNameIsListed() {
        Backbone source = Backbones.create(SPEC);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(source));
            state.keySet().removeIf(name -> name.startsWith("layer4.1.") && name.endsWith("weight"));
            for (int i = 0; i < 12; i++) {
                state.put("extra." + i, torch.ones(1));
            }
            state.put("bn1.bias", torch.ones(3));
            Path file = write(state);
            Backbone target = Backbones.create(SPEC);
            float[] before = Tensors.toFloats(StateDict.of(target).get("conv1.weight"));
            assertThatThrownBy(() -> PublicWeights.load(file, target, "stages.p.backbone.init"))
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContaining("stages.p.backbone.init")
                    .hasMessageContaining("4 missing (layer4.1.conv1.weight")
                    .hasMessageContaining("layer4.1.bn2.weight")
                    .hasMessageContaining("12 unexpected")
                    .hasMessageContaining("extra.11")
                    .hasMessageContaining("bn1.bias is [3], wanted [8]");
            assertThat(Tensors.toFloats(StateDict.of(target).get("conv1.weight")))
                    .containsExactly(before);
        }
    }

    @Test
    void aRunStartsFromTheFileAndSaysSoInItsRecipe() throws IOException {
        Recipe recipe = RecipeReader.read("simclr", List.of("stages.*.backbone.init=none.safetensors"));
        assertThat(recipe.text()).contains("init: none.safetensors");
        assertThatThrownBy(() -> PublicWeights.load(folder.resolve("none.safetensors"), Backbones.create(SPEC), "x"))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("none.safetensors");
        Path text = Files.writeString(folder.resolve("weights.txt"), "x");
        assertThatThrownBy(() -> PublicWeights.load(text, Backbones.create(SPEC), "x"))
                .hasMessageContaining("neither .safetensors nor .pth");
    }

    @Test
    void aFileThatDoesNotFitIsRefusedBeforeAnythingIsWritten() {
        try (PointerScope scope = new PointerScope()) {
            Path file = write(Map.of("conv1.weight", torch.ones(1)));
            Recipe recipe = RecipeReader.read(
                    "simclrv2",
                    List.of("data.source=shapes:120,30", "data.labels=2", "stages.*.backbone.init=" + file));
            Path out = folder.resolve("run");
            assertThatThrownBy(() ->
                            new Pipeline(recipe, out, new Pipeline.Options(false, "test"), RunListener.SILENT).run())
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContaining("stages.supervised.backbone.init");
            assertThat(out).doesNotExist();
        }
    }

    private Path write(Map<String, Tensor> state) {
        Path file = folder.resolve("weights.safetensors");
        Safetensors.write(file, state, Map.of());
        return file;
    }
}
