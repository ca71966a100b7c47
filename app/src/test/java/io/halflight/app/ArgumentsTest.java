package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ArgumentsTest {
    private static RunCommand parsed(String... args) {
        RunCommand command = new RunCommand(new Console(System.out, System.err, Terminal.NONE, List.of()));
        new CommandLine(command).parseArgs(args);
        return command;
    }

    @Test
    void optionsBecomeKeysOfTheRecipe() {
        RunCommand command = parsed(
                "simclrv2",
                "--data",
                "folder:my photos",
                "--labels",
                "0.01",
                "--size",
                "64",
                "--seed",
                "7",
                "--device",
                "cpu");

        assertThat(command.recipe).isEqualTo("simclrv2");
        assertThat(command.overrides())
                .containsExactly(
                        "data.source=folder:my photos", "data.labels=0.01", "data.size=64", "seed=7", "device=cpu");
    }

    @Test
    void whatIsLeftOutIsLeftToTheRecipe() {
        assertThat(parsed("simclrv2").overrides()).isEmpty();
    }

    @Test
    void setComesLastSoThatItWins() {
        RunCommand command = parsed(
                "simclrv2", "--set", "seed=1", "--set", "stages.pretrain.epochs=20", "--seed=0", "--labels=l.csv");

        assertThat(command.overrides())
                .containsExactly("data.labels=l.csv", "seed=0", "seed=1", "stages.pretrain.epochs=20");
    }

    @Test
    void theCommandToGoOnWithRepeatsAllButDirectoryAndResume() {
        assertThat(RunCommand.repeat(List.of("run", "demo", "--out", "a", "--seed", "3", "--resume", "--out=b")))
                .containsExactly("run", "demo", "--seed", "3");
    }

    @Test
    void commandsArePrintedSoThatAShellReadsThemBack() {
        assertThat(Console.line(List.of("run", "simclrv2", "--data", "folder:it's mine", "--set", "a.b=1,2")))
                .endsWith("halflight run simclrv2 --data 'folder:it'\\''s mine' --set a.b=1,2");
    }

    @Test
    void aTakenDirectoryIsFollowedByTheNextNumber(@TempDir Path folder) throws Exception {
        Path demo = folder.resolve("demo");
        assertThat(Runner.free(demo)).isEqualTo(demo);

        Files.createDirectories(demo);
        Files.createDirectories(folder.resolve("demo-2"));

        assertThat(Runner.free(demo)).isEqualTo(folder.resolve("demo-3"));
    }
}
