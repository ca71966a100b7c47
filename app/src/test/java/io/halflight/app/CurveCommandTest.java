package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurveCommandTest {
    @TempDir
    Path folder;

    @Test
    void aFinishedRunGetsATableAndASectionOfItsReport() throws IOException {
        Path recipe = Files.writeString(folder.resolve("tiny.yaml"), """
                data: {source: 'shapes:60,40', size: 16, labels: 2}
                threads: 1
                stages:
                  pretrain:
                    {method: simclr, backbone: {name: resnet10, width: 0.125}, epochs: 1, batch: 16, pictures_per_epoch: 32}
                  finetune: {method: finetune, epochs: 1}
                """);
        String run = folder.resolve("run").toString();
        assertThat(Captured.of("run", recipe.toString(), "--out", run).code()).isZero();

        Captured text = Captured.of("curve", run, "--labels", "1,2", "--seeds", "2");
        assertThat(text.err()).isEmpty();
        assertThat(text.code()).isZero();
        assertThat(text.out())
                .startsWith("4 sub-runs: 1, 2 labels per class, seeds 0 to 1\n")
                .contains("labels 2, seed 1 (4 of 4)", "pretrain was done before", "labels  Linear probe  Fine-tuned")
                .containsPattern("(?m)^     2 +\\d+\\.\\d \\+-\\d+\\.\\d +\\d+\\.\\d \\+-\\d+\\.\\d$");
        assertThat(Files.readString(folder.resolve("run/report.html"))).contains("Label efficiency");

        Captured json = Captured.of("curve", run, "--labels", "1,2", "--seeds", "2", "--only", "linear", "--json");
        List<Map<String, Object>> lines = json.out()
                .lines()
                .map(line -> Json.object(Json.parse(line), "a line"))
                .toList();
        assertThat(lines).extracting(line -> line.get("event")).containsExactly("message", "curve", "curve", "report");
        assertThat(lines.get(1))
                .containsEntry("labels", 1L)
                .containsEntry("figure", "linear")
                .containsEntry("seeds", 2L)
                .containsKeys("mean", "deviation");
    }
}
