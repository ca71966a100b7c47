package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.bundle.Classifier;
import io.halflight.data.Datasets;
import io.halflight.data.PseudoLabel;
import io.halflight.data.PseudoLabelFile;
import io.halflight.json.Json;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import io.halflight.train.Progress;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to learn from two streams at once, from recipe to bundle, and again in pieces. */
class SemiSupervisedTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fixmatch",
                "fixmatch average.decay=0 align=labels class_thresholds=true labelled_inside=false",
                "uda",
                "uda tsa=exp entropy_weight=0.1 threshold=0 optimizer.name=rmsprop optimizer.schedule=steps_0.5",
                "uda filter_by=supervised filter_per_class=6",
                "mean-teacher",
                "vat",
                "vat labelled=false xi=0.5 kl=miyato average.half_life=0.5 optimizer.schedule=staircase_0.9_0.2",
                "s4l-rotation",
                "s4l-exemplar copies=2 average.decay=0",
                "moam",
            })
    void aStoppedAndResumedRunEndsBitForBitLikeAnUninterruptedOne(String line) throws IOException {
        Recipe recipe = tiny(line);
        Path whole = folder.resolve("whole");
        RunResult result = run(recipe, whole, false, null);
        assertThat(result.rows()).hasSize(2);
        try (Classifier classifier = Classifier.load(whole.resolve("model"))) {
            assertThat(classifier
                            .predict(Datasets.open("shapes:20,5", new Datasets.Options(16))
                                    .picture(0))
                            .confidence())
                    .isBetween(0.1, 1.0);
        }
        Path pieces = folder.resolve("pieces");
        boolean interrupted = true;
        for (int starts = 0; interrupted; starts++) {
            interrupted = run(recipe, pieces, starts > 0, starts < 4 ? 1 : Integer.MAX_VALUE)
                    .interrupted();
        }
        assertThat(pieces.resolve(lastWeights(recipe))).hasSameBinaryContentAs(whole.resolve(lastWeights(recipe)));
        assertThat(pieces.resolve("predictions.csv")).hasSameBinaryContentAs(whole.resolve("predictions.csv"));
        bundleHoldsThePlainNamesAlone(whole);
    }

    @Test
    void aStreamWithoutPicturesIsRefusedBeforeAnythingIsWritten() {
        Recipe all = RecipeReader.read(
                "fixmatch",
                List.of("data.source=shapes:40,20", "data.labels=all", "stages.fixmatch.labelled_inside=false"));
        assertThatThrownBy(() -> run(all, folder.resolve("out"), false, null))
                .hasMessageContaining("Stage fixmatch")
                .hasMessageContaining("stages.fixmatch.labelled_inside=true");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void theDomainFilterLeavesTheSurestPicturesOfEachClassAndTheLabelledOnes() throws IOException {
        Recipe recipe = tiny("uda filter_by=supervised filter_per_class=2");
        Path out = folder.resolve("out");
        run(recipe, out, false, null);
        RunData data = RunData.open(recipe, out.resolve("split.csv"), RunListener.SILENT);
        List<PseudoLabel> said = PseudoLabelFile.read(out.resolve("stages/1-supervised/" + PseudoLabelFile.NAME));
        Map<String, List<Double>> byClass = new TreeMap<>();
        said.forEach(line ->
                byClass.computeIfAbsent(line.label(), c -> new ArrayList<>()).add((double) line.confidence()));
        int expected = byClass.values().stream()
                .mapToInt(list -> Math.min(2, list.size()))
                .sum();
        int unlabelled = data.split().unlabelled().length;
        assertThat(expected).isLessThan(unlabelled);
        TeacherLabels stored = TeacherLabels.in(out.resolve("stages/2-uda"), () -> {
            throw new AssertionError("asked again");
        });
        assertThat(stored.pool()).hasSize(expected).doesNotHaveDuplicates();
        assertThat(data.split().unlabelled()).contains(stored.pool());
        Map<?, ?> stage = (Map<?, ?>) Json.parse(Files.readString(out.resolve("stages/2-uda/stage.json")));
        Map<?, ?> streams = (Map<?, ?>) stage.get("streams");
        assertThat(((Number) streams.get("unlabelled")).intValue())
                .isEqualTo(expected + data.split().labelled().length);
        assertThat(streams.get("labelledInside")).isEqualTo(true);
        assertThat(stage.get("needs")).isEqualTo(List.of("supervised"));
    }

    @Test
    void aStageThatStartsFromAnotherHasItsEncoder() {
        Recipe recipe = tiny("simclr+fixmatch average.decay=0 optimizer.learning_rate=1e-12 optimizer.weight_decay=0");
        Path out = folder.resolve("out");
        run(recipe, out, false, null);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> before = Safetensors.read(out.resolve("stages/2-pretrain/last.safetensors"));
            Map<String, Tensor> after = Safetensors.read(out.resolve("stages/4-fixmatch/last.safetensors"));
            for (String name : List.of("conv1.weight", "layer1.0.conv1.weight", "layer4.0.bn2.weight")) {
                assertThat(Tensors.toFloats(after.get(name)))
                        .as(name)
                        .containsExactly(Tensors.toFloats(before.get("encoder." + name)), within(1e-6f));
            }
        }
    }

    @Test
    void theFilterIsNamedByItsOwnKeys() {
        assertThatThrownBy(() -> tiny("uda filter_by=nobody filter_per_class=3"))
                .hasMessageContaining("stages.uda.filter_by is 'nobody'");
        assertThatThrownBy(() -> tiny("uda filter_per_class=3")).hasMessageContaining("filter_per_class is 3");
        assertThatThrownBy(() -> tiny("uda filter_by=supervised")).hasMessageContaining("filter_per_class");
        Recipe all = RecipeReader.read(
                "uda",
                List.of(
                        "data.source=shapes:40,20",
                        "data.labels=all",
                        "stages.uda.filter_by=supervised",
                        "stages.uda.filter_per_class=3"));
        assertThatThrownBy(() -> run(all, folder.resolve("none"), false, null))
                .hasMessageContaining("stages.uda.filter_by is 'supervised', but there is no unlabelled picture");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    private static void bundleHoldsThePlainNamesAlone(Path run) {
        try (PointerScope scope = new PointerScope()) {
            assertThat(Safetensors.read(run.resolve("model/model.safetensors")))
                    .containsKey("fc.weight")
                    .allSatisfy((name, tensor) -> assertThat(name).doesNotStartWith("method."));
        }
    }

    private static Path lastWeights(Recipe recipe) {
        List<String> stages = List.copyOf(recipe.stages().keySet());
        return Path.of("stages", stages.size() + "-" + stages.get(stages.size() - 1), "last.safetensors");
    }

    private static RunResult run(Recipe recipe, Path out, boolean resume, @Nullable Integer stopAfter) {
        Stopper stopper = new Stopper(stopAfter == null ? Integer.MAX_VALUE : stopAfter);
        Pipeline pipeline = new Pipeline(recipe, out, new Pipeline.Options(resume, "test"), stopper);
        stopper.pipeline = pipeline;
        return pipeline.run();
    }

    private static final class Stopper implements RunListener {
        private int left;
        private @Nullable Pipeline pipeline;

        Stopper(int left) {
            this.left = left;
        }

        @Override
        public void progress(Progress progress) {
            if (--left == 0 && pipeline != null) {
                pipeline.stop();
            }
        }
    }

    /** A recipe's name and keys of its last stage, an underscore for a space. */
    private static Recipe tiny(String line) {
        String[] words = line.split(" ", -1);
        List<String> stages =
                List.copyOf(RecipeReader.read(words[0], List.of()).stages().keySet());
        String stage = "stages." + stages.get(stages.size() - 1) + ".";
        List<String> overrides = new ArrayList<>(List.of(
                "data.source=shapes:120,60",
                "data.labels=5",
                "data.size=16",
                "stages.*.backbone.name=resnet10",
                "stages.*.backbone.width=0.125",
                "stages.*.epochs=1",
                "stages.*.batch=16",
                "stages.*.evaluations=1",
                stage + "epochs=2",
                stage + "batch=8",
                stage + "pictures_per_epoch=24",
                stage + "unlabelled_ratio=2"));
        for (int i = 1; i < words.length; i++) { // a later one wins
            overrides.add(stage + words[i].replaceAll("(?<=steps|staircase|[0-9])_(?=[0-9])", " "));
        }
        return RecipeReader.read(words[0], overrides);
    }
}
