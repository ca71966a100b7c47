package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Built-in recipes whose stages build on one another, from the first to the bundle. */
class JoinedRecipesTest {
    @TempDir
    Path folder;

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
    }
}
