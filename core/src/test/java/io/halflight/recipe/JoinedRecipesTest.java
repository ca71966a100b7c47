package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.data.PseudoLabelFile;
import io.halflight.json.Json;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Built-in recipes whose stages build on one another, from the first to the bundle. */
class JoinedRecipesTest {
    @TempDir
    Path folder;

    private static String folderOf(Recipe recipe, String stage) {
        return List.copyOf(recipe.stages().keySet()).indexOf(stage) + 1 + "-" + stage;
    }

    /** By the last validation accuracy of each classifier, as it was logged. */
    private static String bestOnValidation(Recipe recipe, Path out) throws IOException {
        String best = "";
        double highest = -1;
        for (String name : recipe.stages().keySet()) {
            double last = -1;
            for (String line : Files.readAllLines(
                    out.resolve("stages").resolve(folderOf(recipe, name)).resolve("metrics.jsonl"))) {
                if (Json.parse(line) instanceof Map<?, ?> figures
                        && figures.get("validationAccuracy") instanceof Number accuracy) {
                    last = accuracy.doubleValue();
                }
            }
            if (last > highest) {
                highest = last;
                best = name;
            }
        }
        return best;
    }

    @ParameterizedTest
    @CsvSource({
        "side-by-side, 13, taught, finetune pretrain",
        "s4l-moam, 4, finetune, retrain",
        "simclrv2+noisy-student, 4, second, student pretrain",
        "simclr+fixmatch, 3, fixmatch, pretrain",
    })
    void everyStageGetsWhatItBuildsOn(String name, int classifiers, String last, String needs) throws IOException {
        List<String> overrides = new ArrayList<>(List.of(
                "data.source=shapes:150,30",
                "data.size=16",
                "data.labels=4",
                "threads=1",
                "precision=fp32",
                "stages.*.backbone.width=0.125",
                "stages.*.epochs=1",
                "stages.*.batch=8",
                "stages.*.evaluations=1",
                "stages.*.pictures_per_epoch=16"));
        if (RecipeReader.show(name).contains("min_confidence")) { // a teacher of one epoch is never sure
            overrides.add("stages.*.min_confidence=0");
        }
        Recipe recipe = RecipeReader.read(name, overrides);
        Path out = folder.resolve("run");
        RunResult result = new Pipeline(recipe, out, new Pipeline.Options(false, "test"), RunListener.SILENT).run();
        assertThat(result.rows()).hasSize(classifiers);
        int number = recipe.stages().size();
        Path stage = out.resolve("stages/" + number + "-" + last + "/stage.json");
        Map<?, ?> done = (Map<?, ?>) Json.parse(Files.readString(stage));
        assertThat(done.get("needs")).isEqualTo(List.of(needs.split(" ", -1)));
        assertThat(out.resolve("model/model.safetensors")).exists();
        Map<?, ?> results = (Map<?, ?>) Json.parse(Files.readString(out.resolve("results.json")));
        String delivered = result.rows().get(classifiers - 1).name();
        assertThat(results.get("delivered")).isEqualTo(delivered);
        if (name.equals("side-by-side")) {
            assertThat(delivered).isEqualTo(bestOnValidation(recipe, out));
            assertThat(out.resolve("stages")
                            .resolve(folderOf(recipe, delivered))
                            .resolve(PseudoLabelFile.NAME))
                    .exists();
            assertThat(RunLabels.choose(new RunLabels.Request(out, "", 0.01, false), RunListener.SILENT)
                            .stage())
                    .isEqualTo(delivered);
        } else {
            assertThat(delivered).isEqualTo(last);
        }
    }

    @Test
    void aStageThatCannotTakeOverAnEncoderIsRefusedBeforeAnythingIsTrained() {
        Path out = folder.resolve("unlike");
        Recipe recipe = RecipeReader.read(
                "simclr+fixmatch",
                List.of(
                        "data.source=shapes:20,10",
                        "data.labels=2",
                        "data.size=16",
                        "stages.pretrain.backbone.width=0.125"));
        var pipeline = new Pipeline(recipe, out, new Pipeline.Options(false, "test"), RunListener.SILENT);
        assertThatThrownBy(pipeline::run)
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.fixmatch.init_from is 'pretrain'")
                .hasMessageContaining("width 0.125")
                .hasMessageContaining("width 0.25");
        assertThat(out).doesNotExist();
    }
}
