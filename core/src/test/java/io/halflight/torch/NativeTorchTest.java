package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativeTorchTest {
    @Test
    @EnabledOnOs(OS.LINUX) // other systems do not search a path like this one
    void startsFromAnEmptyCacheBesideAnotherLibtorch(@TempDir Path folder) throws IOException, InterruptedException {
        Path decoys = Files.createDirectory(folder.resolve("decoys"));
        Path library = Path.of(System.getProperty("java.home"), "lib", "libprefs.so"); // any small shared object
        for (String name : List.of("libtorch.so", "libtorch_cpu.so", "libc10.so")) {
            Files.copy(library, decoys.resolve(name));
        }
        Path output = folder.resolve("output.txt");
        ProcessBuilder child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.bytedeco.javacpp.cachedir=" + Files.createDirectory(folder.resolve("cache")),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ColdStart.class.getName())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        child.environment().put("LD_LIBRARY_PATH", decoys.toString());

        int status = child.start().waitFor();

        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(status).as(text).isZero();
        assertThat(text).contains("sum 8.0");
    }

    @Test
    void setsTheThreadsOfOneOperation() {
        NativeTorch.load();
        int before = torch.get_num_threads();
        try {
            NativeTorch.threads(1);
            assertThat(torch.get_num_threads()).isEqualTo(1);
            NativeTorch.threads(2);
            assertThat(torch.get_num_threads()).isEqualTo(2);
        } finally {
            NativeTorch.threads(before);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeTorch.threads(0))
                .withMessageContaining("0");
    }

    @Test
    void countsHyperThreadsOnce() {
        List<String> twoSocketsOfTwoCoresOfTwoThreads = List.of(
                "processor\t: 0",
                "physical id\t: 0",
                "core id\t\t: 0",
                "processor\t: 1",
                "physical id\t: 0",
                "core id\t\t: 1",
                "processor\t: 2",
                "physical id\t: 1",
                "core id\t\t: 0",
                "processor\t: 3",
                "physical id\t: 1",
                "core id\t\t: 1",
                "processor\t: 4",
                "physical id\t: 0",
                "core id\t\t: 0",
                "processor\t: 5",
                "physical id\t: 0",
                "core id\t\t: 1",
                "processor\t: 6",
                "physical id\t: 1",
                "core id\t\t: 0",
                "processor\t: 7",
                "physical id\t: 1",
                "core id\t\t: 1");

        assertThat(NativeTorch.physicalCores(twoSocketsOfTwoCoresOfTwoThreads, 8))
                .isEqualTo(4);
        assertThat(NativeTorch.physicalCores(twoSocketsOfTwoCoresOfTwoThreads, 3))
                .as("container limit")
                .isEqualTo(3);
        assertThat(NativeTorch.physicalCores(List.of("processor\t: 0"), 6))
                .as("no core ids")
                .isEqualTo(6);
        assertThat(NativeTorch.physicalCores())
                .isBetween(1, Runtime.getRuntime().availableProcessors());
    }
}
