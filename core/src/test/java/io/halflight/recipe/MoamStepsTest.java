package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.augment.PlacedCrop;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Transform;
import io.halflight.eval.Inference;
import io.halflight.json.Json;
import io.halflight.loss.Rotations;
import io.halflight.torch.Devices;
import io.halflight.torch.Precision;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import io.halflight.train.Compute;
import io.halflight.train.Progress;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three steps of MOAM: what each hands on to the next. */
class MoamStepsTest {
    private static final String RECIPE = """
            data: {source: 'shapes:200,40', size: 16, labels: 5}
            threads: 1
            precision: fp32
            stages:
              moam:
                method: moam
                backbone: {name: resnet10, width: 0.125}
                epochs: 1
                batch: 10
                pictures_per_epoch: 20
              retrain:
                method: moam-retrain
                epochs: 1
                batch: 10
                pictures_per_epoch: 30
              finetune: {method: finetune, from: retrain, from_layer: 0, epochs: 1, batch: 10}
            """;

    @TempDir
    Path folder;

    private Recipe recipe(String... overrides) {
        try {
            Path file = Files.writeString(folder.resolve("tiny.yaml"), RECIPE);
            return RecipeReader.read(file.toString(), List.of(overrides));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path run(String name, String... overrides) {
        Path out = folder.resolve(name);
        new Pipeline(recipe(overrides), out, new Pipeline.Options(false, "test"), RunListener.SILENT).run();
        return out;
    }

    @Test
    void theSecondStepGoesOnWithAllWeightsOfTheFirstAndTheThirdWithThoseOfTheSecond() {
        Path out = run(
                "still",
                "stages.retrain.optimizer.learning_rate=1e-12",
                "stages.retrain.average.half_life=0",
                "stages.finetune.optimizer.learning_rate=1e-12");
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> first = Safetensors.read(out.resolve("stages/1-moam/last.safetensors"));
            Map<String, Tensor> second = Safetensors.read(out.resolve("stages/2-retrain/last.safetensors"));
            Map<String, Tensor> third = Safetensors.read(out.resolve("stages/3-finetune/last.safetensors"));
            for (String name : List.of("conv1.weight", "layer2.0.conv1.weight", "fc.weight", "fc.bias")) {
                assertThat(Tensors.toFloats(second.get(name)))
                        .as(name)
                        .containsExactly(Tensors.toFloats(first.get(name)), within(1e-6f));
                assertThat(Tensors.toFloats(third.get(name)))
                        .as(name)
                        .containsExactly(Tensors.toFloats(second.get(name)), within(1e-6f));
            }
            List<String> heads = first.keySet().stream()
                    .filter(name -> name.startsWith("method.turns"))
                    .toList();
            assertThat(heads)
                    .hasSize(2)
                    .allSatisfy(name -> assertThat(Tensors.toFloats(second.get(name)))
                            .containsExactly(Tensors.toFloats(first.get(name)), within(1e-6f)));
        }
    }

    @Test
    void theSecondStepLearnsFromTheWholeSetWithTheTruthWhereItIsKnown() throws IOException {
        Path out = run("run", "stages.retrain.pictures_per_epoch=0");
        Recipe recipe = recipe();
        RunData data = RunData.open(recipe, out.resolve("split.csv"), RunListener.SILENT);
        Map<?, ?> stage = (Map<?, ?>) Json.parse(Files.readString(out.resolve("stages/2-retrain/stage.json")));
        int all = data.split().unlabelledStream().length;
        Map<?, ?> streams = (Map<?, ?>) stage.get("streams");
        assertThat(((Number) streams.get("labelled")).intValue()).isEqualTo(all);
        assertThat(((Number) streams.get("unlabelled")).intValue()).isEqualTo(all);
        assertThat(streams.get("labelledInside")).isEqualTo(true);
        assertThat(stage.get("needs")).isEqualTo(List.of("moam"));
        assertThat(Files.readAllLines(out.resolve("stages/2-retrain/metrics.jsonl")))
                .anyMatch(line -> line.contains("\"steps\":" + all / 10));

        TeacherLabels stored = TeacherLabels.in(out.resolve("stages/2-retrain"), () -> {
            throw new AssertionError("asked again");
        });
        var given = stored.given();
        for (int i = 0; i < given.pictures().length; i++) {
            int label = data.split().label(given.pictures()[i]);
            if (label >= 0) {
                assertThat(given.labels()[i]).isEqualTo(label);
            }
        }
        assertThat(Files.readString(out.resolve("results.json"))).contains("turnedAccuracy");
    }

    @Test
    void theTeacherAnswersFromFiveCropsInFourOrientations() {
        Path out = run("run");
        Recipe recipe = recipe();
        RunData data = RunData.open(recipe, out.resolve("split.csv"), RunListener.SILENT);
        Compute compute = new Compute(Devices.parse("cpu"), Precision.FP32, 1);
        Stage moam = new StageShapes(recipe, data).outline("moam", 1, out.resolve("stages/1-moam"), Map.of());
        ImageClassifier teacher = new StageNetworks(recipe.keep(), compute).trained(moam);
        int[] unlabelled = data.split().unlabelled();
        int[] some = {unlabelled[0], unlabelled[7]};
        try (PointerScope scope = new PointerScope()) {
            float[] sum = new float[20];
            for (Transform crop : PlacedCrop.five(16, 3)) {
                Tensor x = Inference.apply(
                                view -> view.flatten(1, 3),
                                data.dataset(),
                                some,
                                crop,
                                new Inference.Settings(compute.device(), Precision.FP32, 2, 1),
                                null)
                        .view(2, 3, 16, 16);
                float[] logits = Tensors.toFloats(teacher.forward(Rotations.all(x))); // [4 turns, 2, 10]
                for (int i = 0; i < logits.length; i++) {
                    sum[i % 20] += logits[i] / 20;
                }
            }
            float[] expected = Tensors.toFloats(Tensors.floats(sum, 2, 10).softmax(1));
            TeacherLabels stored = TeacherLabels.in(out.resolve("stages/2-retrain"), () -> {
                throw new AssertionError("asked again");
            });
            float[] q = Tensors.toFloats(stored.probabilities());
            for (int picture = 0; picture < 2; picture++) {
                int row = Arrays.stream(stored.pictures()).boxed().toList().indexOf(some[picture]);
                for (int k = 0; k < 10; k++) {
                    assertThat(q[10 * row + k]).isCloseTo(expected[10 * picture + k], within(2e-5f));
                }
            }
        }
    }

    @Test
    void aStoppedAndResumedSecondStepEndsBitForBit() {
        Path whole = run("whole");
        Path pieces = folder.resolve("pieces");
        boolean interrupted = true;
        for (int starts = 0; interrupted; starts++) {
            Stop stop = new Stop(starts < 3 ? 1 : 0);
            stop.pipeline = new Pipeline(recipe(), pieces, new Pipeline.Options(starts > 0, "test"), stop);
            interrupted = stop.pipeline.run().interrupted();
            assertThat(interrupted).isEqualTo(starts < 3);
        }
        String weights = "stages/2-retrain/last.safetensors";
        assertThat(pieces.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));
    }

    /** Asks the second step to stop after so many of its optimiser steps. */
    private static final class Stop implements RunListener {
        private Pipeline pipeline;
        private int left;

        Stop(int left) {
            this.left = left;
        }

        @Override
        public void progress(Progress progress) {
            if (progress.stage().equals("retrain") && --left == 0) {
                pipeline.stop();
            }
        }
    }

    @Test
    void aSecondStepWithANewHeadDrawsTheSameOneWhetherOrNotItAskedTheTeacher() throws IOException {
        String fresh = "stages.retrain.init_from=none";
        Path whole = run("whole", fresh);
        Path asked = run("asked", fresh);
        for (String file :
                List.of("last.safetensors", "stage.json", "metrics.jsonl")) { // as if killed after the labels
            Files.delete(asked.resolve("stages/2-retrain").resolve(file));
        }
        try (Stream<Path> files = Files.list(asked.resolve("stages/2-retrain"))) {
            for (Path file : files.filter(f -> !f.endsWith(TeacherLabels.FILE)).toList()) {
                Files.delete(file);
            }
        }
        new Pipeline(recipe(fresh), asked, new Pipeline.Options(true, "test"), RunListener.SILENT).run();
        String weights = "stages/2-retrain/last.safetensors";
        assertThat(asked.resolve(weights)).hasSameBinaryContentAs(whole.resolve(weights));
    }

    @Test
    void aClassifierWithoutAHeadHasNoLayersToKeep() {
        assertThatThrownBy(() -> run("layers", "stages.finetune.from_layer=1"))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.finetune.from_layer is 1")
                .hasMessageContaining("set it to 0");
    }
}
