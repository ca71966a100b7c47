package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.bundle.Classifier;
import io.halflight.data.Datasets;
import io.halflight.eval.FrozenSuite;
import io.halflight.train.Progress;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to learn an encoder without labels, from recipe to figures, and again in pieces. */
class PretrainingTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "simclr",
                "simclr memory=50",
                "simclr chunk=8",
                "simclr chunk=8 backbone.name=wrn-10-1 backbone.drop_path=0.5",
                "simclr statistics_groups=2",
                "simclr joint_forward=false",
                "moco-v2 queue=64",
                "moco-v2 queue=64 statistics_groups=2 symmetric=false",
                "byol",
                "rotation",
                "exemplar copies=2"
            })
    void aStoppedAndResumedRunEndsBitForBitLikeAnUninterruptedOne(String line) throws IOException {
        Recipe recipe = tiny(line);
        Path whole = folder.resolve("whole");
        RunResult result = run(recipe, whole, false, null);
        assertThat(result.rows()).isEmpty();
        assertThat(result.frozen()).hasSize(1);
        assertThat(result.frozen().get(0).figures())
                .extracting(FrozenSuite.Figure::name)
                .containsExactly("knn", "linear", "linearSgd");
        String results = Files.readString(whole.resolve("results.json"));
        assertThat(results).contains("protocols", "weighted k-NN");
        boolean hasHead = ((Pretraining) recipe.stages().get("pretrain")).head() != null;
        assertThat(results.contains("projection")).isEqualTo(hasHead);

        Path pieces = folder.resolve("pieces");
        boolean interrupted = true;
        for (int starts = 0; interrupted; starts++) {
            interrupted = run(recipe, pieces, starts > 0, starts < 3 ? 1 : Integer.MAX_VALUE)
                    .interrupted();
        }
        assertThat(pieces.resolve("stages/1-pretrain/last.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("stages/1-pretrain/last.safetensors"));
        assertThat(pieces.resolve("results.json")).hasSameTextualContentAs(whole.resolve("results.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"moco-v2 queue=64", "byol", "simclr memory=50"})
    void headLayersOfEveryFormCanBeFineTunedFrom(String line) throws IOException {
        Recipe pretraining = tiny(line);
        Path file = folder.resolve("recipe.yaml");
        Files.writeString(
                file,
                pretraining.text()
                        + "  finetune: {method: finetune, from: pretrain, from_layer: 1, epochs: 2, batch: 16}\n");
        RunResult result = run(RecipeReader.read(file.toString(), List.of()), folder.resolve("run"), false, null);
        assertThat(result.rows()).hasSize(1);
        assertThat(folder.resolve("run/model/model.safetensors")).isNotEmptyFile();
        try (var classifier = Classifier.load(folder.resolve("run/model"))) {
            assertThat(classifier
                            .predict(Datasets.open("shapes:20,5", new Datasets.Options(16))
                                    .picture(0))
                            .confidence())
                    .isBetween(0.1, 1.0);
        }
    }

    @Test
    void byolWithoutPredictorAndAverageIsToldToCollapse() {
        String healthy = "byol batch=32 epochs=30 optimizer.learning_rate=4";
        String collapsing = healthy + " predictor.layers=0 tau_base=0 tau_cosine=false";
        assertThat(messages(tiny(healthy), folder.resolve("healthy"))).noneMatch(m -> m.contains("collapse"));
        assertThat(messages(tiny(collapsing), folder.resolve("collapsing")))
                .anyMatch(m -> m.startsWith("Warning: The features of stage pretrain collapse"));
    }

    private static List<String> messages(Recipe recipe, Path out) {
        List<String> messages = new ArrayList<>();
        new Pipeline(recipe, out, new Pipeline.Options(false, "test"), new RunListener() {
                    @Override
                    public void message(String line) {
                        messages.add(line);
                    }
                })
                .run();
        return messages;
    }

    @Test
    void aPretextTaskHasNoHeadToKeep() throws IOException {
        Path file = folder.resolve("recipe.yaml");
        Files.writeString(
                file,
                tiny("rotation").text()
                        + "  finetune: {method: finetune, from: pretrain, from_layer: 1, epochs: 2, batch: 16}\n");
        Recipe recipe = RecipeReader.read(file.toString(), List.of());
        assertThatThrownBy(() -> run(recipe, folder.resolve("run"), false, null))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("from_layer is 1")
                .hasMessageContaining("layers 0 to 0");
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

    /** A recipe's name and keys of its pretraining stage. */
    private static Recipe tiny(String line) {
        String[] words = line.split(" ");
        List<String> overrides = new ArrayList<>(List.of(
                "data.source=shapes:120,60",
                "data.labels=5",
                "data.size=16",
                "stages.pretrain.backbone.name=resnet10",
                "stages.pretrain.backbone.width=0.125",
                "stages.pretrain.epochs=2",
                "stages.pretrain.batch=16",
                "stages.pretrain.pictures_per_epoch=64",
                "stages.pretrain.evaluations=1"));
        for (int i = 1; i < words.length; i++) { // a later one wins
            overrides.add("stages.pretrain." + words[i]);
        }
        return RecipeReader.read(words[0], overrides);
    }
}
