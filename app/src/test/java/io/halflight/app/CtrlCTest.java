package io.halflight.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.json.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A whole process that is interrupted in the middle of a stage. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no signals to send")
class CtrlCTest {
    @TempDir
    Path folder;

    @Test
    void theStepIsFinishedAndSavedAndTheWayOnIsPrinted() throws Exception {
        Path out = folder.resolve("run");
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "run",
                        "supervised",
                        "--json",
                        "--data=shapes:60,20",
                        "--labels=2",
                        "--out=" + out,
                        "--set=stages.supervised.backbone.width=0.125",
                        "--set=stages.supervised.epochs=100000",
                        "--set=threads=1")
                .redirectErrorStream(true)
                .start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(run.getInputStream(), UTF_8))) {
            boolean sent = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.append(line).append('\n');
                if (!sent && line.contains("\"progress\"")) { // it has done a step
                    new ProcessBuilder("kill", "-INT", run.pid() + "").start().waitFor();
                    sent = true;
                }
            }
        }
        assertThat(run.waitFor()).as(said.toString()).isEqualTo(130);
        assertThat(said).contains("stopping after this step", "\"interrupted\"", "--resume");
        assertThat(Json.object(Json.parse(Files.readString(out.resolve("run.json"))), "run.json"))
                .containsEntry("status", "interrupted");
        try (Stream<Path> files = Files.list(out.resolve("stages/1-supervised"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("checkpoint-"));
        }
    }
}
