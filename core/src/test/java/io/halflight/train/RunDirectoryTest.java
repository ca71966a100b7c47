package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    @TempDir
    Path folder;

    private Process holder(Path out) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        out.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo(LockHolder.LOCKED);
        return process;
    }

    @Test
    void asLongAsOneProcessLivesAnotherIsRefusedByItsName() throws Exception {
        Path out = folder.resolve("run");
        Process other = holder(out);
        RunDirectory mine = RunDirectory.check(out, true);
        assertThatThrownBy(mine::lock)
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(out.toString())
                .hasMessageContaining("process " + other.pid() + ", since 2")
                .hasMessageContaining("--out");
        other.destroyForcibly().waitFor();
        mine.lock(); // the system has freed what the killed process held
        assertThat(out.resolve(RunLock.FILE))
                .content()
                .contains("process " + ProcessHandle.current().pid() + ", since 2");
        mine.close();
    }

    @Test
    void oneProcessDoesNotTakeItTwiceAndRefusingDoesNotFreeIt() {
        Path out = folder.resolve("run");
        try (RunDirectory first = RunDirectory.check(out, false)) {
            first.make();
            first.write("recipe.yaml", "x");
            for (int i = 0; i < 2; i++) {
                RunDirectory second = RunDirectory.check(out.resolve("../run"), true);
                assertThatThrownBy(second::lock)
                        .isInstanceOf(HalflightException.class)
                        .hasMessageContaining("this process");
                second.close();
            }
        }
        try (RunDirectory after = RunDirectory.check(out, true)) {
            after.lock();
        }
    }

    @Test
    void ofTwoThatFoundItEmptyTheLaterOneIsRefused() {
        Path out = folder.resolve("run");
        RunDirectory later = RunDirectory.check(out, false);
        try (RunDirectory first = RunDirectory.check(out, false)) {
            first.make();
            first.write("recipe.yaml", "x");
        }
        assertThatThrownBy(later::make).isInstanceOf(HalflightException.class).hasMessageContaining("is in use");
        later.close();
    }

    @Test
    void aStartThatWasKilledBeforeItWroteAnythingIsNoRun() throws IOException {
        Path out = Files.createDirectory(folder.resolve("run"));
        Files.writeString(out.resolve(RunLock.FILE), "process 1, since 2026-01-01T00:00:00Z\n");
        assertThatThrownBy(() -> RunDirectory.check(out, true)).hasMessageContaining("leave out --resume");
        try (RunDirectory fresh = RunDirectory.check(out, false)) {
            fresh.make();
        }
    }

    @Test
    void whatAKilledProcessLeftHalfWrittenGoesAndNothingElse() throws IOException {
        Path out = folder.resolve("run");
        Path stage = Files.createDirectories(out.resolve("stages/1-pretrain"));
        Path half = Files.writeString(stage.resolve(".last.safetensors.4711-3.tmp"), "half");
        Path bundle = Files.createDirectory(out.resolve(".model.4711-1.old"));
        Files.writeString(bundle.resolve("model.json"), "{}");
        Path mine = Files.writeString(out.resolve(".notes.tmp"), "precious");
        Path weights = Files.writeString(stage.resolve("last.safetensors"), "whole");
        try (RunDirectory directory = RunDirectory.check(out, true)) {
            directory.lock();
        }
        assertThat(half).doesNotExist();
        assertThat(bundle).doesNotExist();
        assertThat(mine).exists();
        assertThat(weights).exists();
    }

    @Test
    void whereNothingCanBeWrittenTheMessageSaysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        RunDirectory directory = RunDirectory.check(file.resolve("run"), false);
        assertThatThrownBy(directory::make)
                .isInstanceOf(HalflightException.class)
                .hasMessageContainingAll(file.toString(), "--out");
    }
}
