package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.json.Json;
import io.halflight.train.RunDirectory;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose disk is full or read-only stop with a message, lose nothing and go on when there is room. */
class FaultyDiskTest {
    private static final String WEIGHTS = "stages/1-supervised/last.safetensors";

    @TempDir
    Path folder;

    @BeforeEach
    void saveAfterEveryStep() {
        System.setProperty("halflight.checkpoint.seconds", "0");
    }

    @AfterEach
    void clear() {
        System.clearProperty("halflight.checkpoint.seconds");
        System.clearProperty("halflight.full");
    }

    private static Recipe recipe(String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "data.source=shapes:60,20",
                "data.size=16",
                "data.labels=2",
                "threads=1",
                "precision=fp32",
                "stages.supervised.backbone.width=0.125",
                "stages.supervised.epochs=2",
                "stages.supervised.batch=10",
                "stages.supervised.evaluations=2"));
        all.addAll(List.of(overrides));
        return RecipeReader.read("supervised", all);
    }

    /** What {@code run} does, with {@code --resume} if there is something to resume. */
    private static List<String> run(Path out, String... overrides) {
        List<String> said = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void message(String line) {
                said.add(line);
            }
        };
        try {
            var options = new Pipeline.Options(RunDirectory.isBegun(out), "test");
            new Pipeline(recipe(overrides), out, options, listener).run();
            return said;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> record(Path out) throws IOException {
        return Json.object(Json.parse(Files.readString(out.resolve("run.json"))), "run.json");
    }

    @Test
    void whateverFileFindsNoRoomTheRunGoesOnWhereItWas() throws IOException {
        Path whole = folder.resolve("whole");
        run(whole);
        Path out = folder.resolve("out");
        for (String name : List.of(
                "recipe.yaml",
                "split.csv",
                "run.json",
                "metrics.jsonl",
                "checkpoint-000000001",
                "checkpoint-000000002",
                "best.safetensors",
                "last.safetensors",
                "stage.json",
                "pseudo-labels.csv",
                "predictions.csv",
                "model.safetensors",
                "results.json")) {
            System.setProperty("halflight.full", name);
            assertThatThrownBy(() -> run(out))
                    .as(name)
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContainingAll(name, "No space left on device");
            System.clearProperty("halflight.full");
            if (Files.exists(out.resolve("run.json"))) {
                assertThat(record(out).get("status")).isIn("failed", "running");
            }
        }
        run(out);
        assertThat(record(out)).containsEntry("status", "finished");
        for (String name : List.of(WEIGHTS, "split.csv", "predictions.csv", "model/model.safetensors")) {
            assertThat(out.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
        }
    }

    @Test
    void aFileSystemThatIsReallyFullIsToldAndNotHarmed() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                system("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()), "needs the right to mount");
        try {
            Path out = disk.resolve("run");
            assertThatThrownBy(() -> run(out))
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContaining("No space left on device");
            assertThat(system("mount", "-o", "remount,size=32m", disk.toString()))
                    .isTrue();
            run(out);
            Path whole = folder.resolve("whole");
            run(whole);
            assertThat(out.resolve(WEIGHTS)).hasSameBinaryContentAs(whole.resolve(WEIGHTS));

            assertThat(system("mount", "-o", "remount,ro", disk.toString())).isTrue();
            assertThatThrownBy(() -> run(disk.resolve("other")))
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContainingAll("Read-only file system", "--out");
            assertThatThrownBy(() -> run(out))
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContainingAll("Read-only file system", "--out");
        } finally {
            system("umount", disk.toString());
        }
    }

    private static boolean system(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    @Test
    void damagedWeightsOfAFinishedStageAreFoundAndMadeAgain() throws IOException {
        Path out = folder.resolve("out");
        run(out);
        byte[] whole = Files.readAllBytes(out.resolve(WEIGHTS));
        byte[] damaged = whole.clone();
        damaged[whole.length / 2] ^= 4;
        Files.write(out.resolve(WEIGHTS), damaged);
        assertThatThrownBy(() -> run(out))
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll(out.resolve(WEIGHTS).toString(), "its checksum was");
        Files.delete(out.resolve("stages/1-supervised/stage.json"));
        run(out);
        assertThat(out.resolve(WEIGHTS)).hasBinaryContent(whole);
    }

    @Test
    void anInterruptedRunMayGetMoreEpochsAndSaysSo() throws IOException {
        Path out = folder.resolve("out");
        System.setProperty("halflight.full", "last.safetensors"); // the stage is trained, but not finished
        assertThatThrownBy(() -> run(out)).isInstanceOf(HalflightException.class);
        System.clearProperty("halflight.full");

        assertThat(run(out, "stages.supervised.epochs=3", "threads=2"))
                .filteredOn(line -> line.startsWith("Going on with other settings: "))
                .singleElement()
                .asString()
                .contains("stages.supervised.epochs was 2 and is now 3", "threads was 1 and is now 2");
        assertThat(RecipeReader.read(out.resolve("recipe.yaml").toString(), List.of())
                        .text())
                .contains("epochs: 3");
        assertThat((List<?>) record(out).get("changes")).hasSize(2);
        List<String> metrics = Files.readAllLines(out.resolve("stages/1-supervised/metrics.jsonl"));
        assertThat(metrics.get(metrics.size() - 1)).contains("\"epoch\":2", "validationAccuracy");
        assertThatThrownBy(() -> run(out, "stages.supervised.epochs=4")).hasMessageContaining("that stage is finished");
    }
}
