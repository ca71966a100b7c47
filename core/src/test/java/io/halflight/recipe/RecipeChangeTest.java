package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeChangeTest {
    @TempDir
    Path run;

    private Path before;

    private static Recipe recipe(String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "data.source=shapes:40,20", "threads=1", "stages.pretrain.epochs=4", "stages.finetune.epochs=4"));
        all.addAll(List.of(overrides));
        return RecipeReader.read("demo", all);
    }

    /** A run whose pretraining, its second stage, is finished. */
    @BeforeEach
    void begin() throws IOException {
        before = Files.writeString(run.resolve("recipe.yaml"), recipe().text());
        Files.createDirectories(run.resolve("stages/2-pretrain"));
        Files.writeString(run.resolve("stages/2-pretrain/stage.json"), "{}");
        Files.createDirectories(run.resolve("stages/3-finetune"));
    }

    private List<String> check(String... overrides) {
        return RecipeChange.check(before, recipe(overrides).text(), run);
    }

    @Test
    void nothingElseNothingSaid() {
        assertThat(check()).isEmpty();
    }

    @Test
    void whereItComputesMayChangeAndIsSaid() {
        assertThat(check("threads=3", "device=cpu"))
                .containsExactly("device was auto and is now cpu", "threads was 1 and is now 3");
    }

    @Test
    void anUnfinishedStageMayGetMoreEpochs() {
        assertThat(check("stages.finetune.epochs=6"))
                .singleElement()
                .asString()
                .startsWith("stages.finetune.epochs was 4 and is now 6 (");
    }

    @Test
    void everythingElseIsRefusedWithBothValuesAndWithWhatIsPermitted() {
        assertThatThrownBy(() -> check("threads=3", "stages.finetune.batch=7", "seed=5", "stages.finetune.epochs=5"))
                .isInstanceOfSatisfying(
                        HalflightException.class, e -> assertThat(e.kind()).isEqualTo(HalflightException.Kind.USAGE))
                .hasMessageContainingAll(
                        run.toString(),
                        "seed was 0 and is now 5",
                        "stages.finetune.batch was ",
                        " and is now 7",
                        "--out")
                .hasMessageContaining("may have another device, other threads, another recompute, and more epochs")
                .hasMessageNotContainingAny("threads was", "finetune.epochs");
    }

    @Test
    void aFinishedStageKeepsItsEpochsAndNoStageLosesAny() {
        assertThatThrownBy(() -> check("stages.pretrain.epochs=6"))
                .hasMessageContaining("stages.pretrain.epochs was 4 and is now 6, but that stage is finished");
        assertThatThrownBy(() -> check("stages.finetune.epochs=3"))
                .hasMessageContaining("stages.finetune.epochs was 4 and is now 3, which is not more");
    }
}
