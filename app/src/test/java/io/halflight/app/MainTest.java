package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
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

class MainTest {
    @Test
    void helpNamesEveryCommandAndSucceeds() {
        Captured help = Captured.of("--help");

        assertThat(help.code()).isZero();
        assertThat(help.out())
                .contains("demo", "doctor", "run", "curve", "labels", "predict", "embed", "neighbours", "duplicates")
                .contains("outliers", "evaluate", "compare", "export", "recipes", "verify", "report");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void noCommandShowsTheHelpAsAMistake() {
        Captured nothing = Captured.of();

        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("demo");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        recipe                                          | unknown command 'recipe', did you mean recipes
        run                                             | 'RECIPE'
        run simclrv2 --dta x                            | unknown option '--dta', did you mean --data
        run simclrv2 --labls 10                         | unknown option '--labls', did you mean --labels
        run simclrv2 --seed x                           | '--seed': 'x' is not a long
        run simclrv2 more                               | unexpected argument 'more'
        run simclrv2 --set                              | '--set' (KEY=VALUE)
        run simclrv2 --resume                           | --resume needs --out DIR
        run simclrv3                                    | did you mean simclrv2
        run simclrv2 --set epochs                       | --set epochs has no value
        run simclrv2 --set stages.pretrain.epoch=2      | did you mean epochs
        curve                                           | 'RUN'
        curve /no/such/run                              | There is no run in /no/such/run
        curve /no/such/run --labels 0,5                 | --labels is [0, 5]
        curve /no/such/run --labels few                 | '--labels' (N): 'few' is not an int
        curve /no/such/run --seeds 0                    | --seeds is 0
        labels                                          | 'RUN'
        labels /no/such/run --above sure                | '--above': 'sure' is not a double
        labels /no/such/run --above 0                   | --above is 0.0
        labels /no/such/run --balnce                    | did you mean --balance
        export                                          | 'BUNDLE_OR_RUN'
        export /no/such/run                             | name a file with --onnx
        export /no/such/run --onx a                     | did you mean --onnx
        export /no/such/run --onnx /no/such/file        | There is neither a run nor a model bundle in /no/such/run
        export x --preprocess --safetensors a           | leave one of them out
        export x --onnx /                               | / is there already
        recipes shwo x                                  | unexpected argument 'shwo', did you mean show
        recipes show nothing-like-it                    | nothing-like-it
        verify                                          | 'BUNDLE'
        verify /no/such/bundle                          | /no/such/bundle is no model bundle
        doctor                                          | '--data=SOURCE'
        doctor --data folder:/no/such/folder            | /no/such/folder
        doctor --data fashoin-mnist                     | did you mean fashion-mnist
        """)
    void aWrongRequestGetsOneClearLineAndCode2(String line, String expected) {
        Captured wrong = Captured.of(line.strip().split(" +"));

        assertThat(wrong.errorLines()).hasSize(1);
        assertThat(wrong.err()).startsWith("halflight: ").contains(expected);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.code()).isEqualTo(2);
    }

    @Test
    void aMistakeInARecipeFileIsFoundByItsLine(@TempDir Path folder) throws IOException {
        Path recipe = folder.resolve("mine.yaml");
        Files.writeString(recipe, "base: simclrv2\nstages:\n  pretrain:\n    epcohs: 3\n");

        Captured wrong = Captured.of(
                "run", recipe.toString(), "--out", folder.resolve("out").toString());

        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.errorLines()).hasSize(1);
        assertThat(wrong.err()).contains("mine.yaml", "4", "epcohs", "did you mean epochs");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aUsedOutputDirectoryIsRefusedAndKept(@TempDir Path folder) throws IOException {
        Path mine = Files.writeString(folder.resolve("mine.txt"), "precious");

        Captured refused = Captured.of("run", "simclrv2", "--data", "shapes:200,50", "--out", folder.toString());

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.errorLines()).hasSize(1);
        assertThat(refused.err()).contains(folder.toString(), "--resume", "--out");
        assertThat(folder).isDirectoryContaining(mine::equals);
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void debugAddsTheStackTrace() {
        assertThat(Captured.of("run", "simclrv3").err()).doesNotContain("\tat ");
        assertThat(Captured.of("run", "simclrv3", "--debug").err()).contains("HalflightException", "\tat ");
    }

    @Test
    void recipesAreListedWithADescription() {
        Captured list = Captured.of("recipes");

        assertThat(list.code()).isZero();
        assertThat(list.out()).containsPattern("(?m)^simclrv2 +\\w+").containsPattern("(?m)^demo +\\w+");
    }

    @Test
    void aShownRecipeCanBeSavedAndShownAgain(@TempDir Path folder) throws IOException {
        Captured shown = Captured.of("recipes", "show", "simclrv2");
        Path file = Files.writeString(folder.resolve("mine.yaml"), shown.out());

        assertThat(shown.out()).contains("epochs:", "#");
        assertThat(Captured.of("recipes", "show", file.toString()).out()).isEqualTo(shown.out());
    }

    @Test
    void theVersionIsPrinted() {
        assertThat(Captured.of("--version").out())
                .startsWith("Halflight ")
                .contains(System.getProperty("java.version"));
    }

    @Test
    void theDoctorTellsAProgramAndAPersonTheSame() {
        String[] request = {
            "doctor",
            "--data",
            "shapes:120,20",
            "--recipe",
            "supervised",
            "--labels",
            "2",
            "--set",
            "stages.supervised.batch=8",
            "--set",
            "stages.supervised.backbone.width=0.125"
        };
        Captured text = Captured.of(request);
        List<String> withJson = new ArrayList<>(List.of(request));
        withJson.add("--json");
        Captured json = Captured.of(withJson.toArray(String[]::new));

        assertThat(text.code()).isZero();
        assertThat(text.out())
                .contains("140 (120 for training, 20 for testing)", "duplicates", "together")
                .contains("run supervised --data shapes:120,20 --labels 2 --set stages.supervised.batch=8");
        assertThat(json.out().lines()).hasSize(1);
        Map<String, Object> object = Json.object(Json.parse(json.out().strip()), "the answer");
        assertThat(object).containsKeys("data", "command", "estimate").containsEntry("recipe", "supervised");
        assertThat(Json.object(object.get("data"), "data")).containsEntry("pictures", 140L);
    }
}
