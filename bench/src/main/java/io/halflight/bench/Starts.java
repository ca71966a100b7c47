package io.halflight.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** How long a user waits: for the help, and until a run has done its first step. */
final class Starts {
    private static final int BATCH = 64;
    private static final int STEPS = 2;
    private static final double HELP_SECONDS = 0.5;
    private static final double STEP_SECONDS = 3;

    private static final String RECIPE = """
            stages:
              pretrain:
                method: simclr
                backbone: {name: resnet18, width: 0.25}
                epochs: 1
                batch: %d
                pictures_per_epoch: %d
                evaluations: 1
            """;

    private Starts() {}

    /**
     * Measures from the launcher on, everything warm: median of some rounds, and the time that is asked over it.
     *
     * @param rounds after one that does not count
     */
    static List<Row> rows(Launch launch, int rounds) {
        double help = median(rounds, () -> launch.halflight(List.of("--help")).seconds());
        Path cifar = WholeRun.cifar();
        String data = cifar == null ? "shapes" : "cifar10:" + cifar;
        double step = median(rounds, () -> firstStep(launch, data));
        return List.of(
                row("./halflight --help", help, HELP_SECONDS),
                row(
                        "first step of SimCLR on %s done, batch %d".formatted(cifar == null ? data : "CIFAR-10", BATCH),
                        step,
                        STEP_SECONDS));
    }

    private static Row row(String what, double seconds, double reach) {
        return new Row(
                what,
                String.format(Locale.ROOT, "%.2f s", seconds),
                String.format(Locale.ROOT, "asked %.1f s", reach),
                reach / seconds,
                1);
    }

    private static double firstStep(Launch launch, String data) {
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Path recipe = folder.write("start.yaml", RECIPE.formatted(BATCH, BATCH * STEPS));
            Path out = folder.path().resolve("out");
            Path metrics = out.resolve("stages").resolve("1-pretrain").resolve("metrics.jsonl");
            long start = System.nanoTime();
            Process process = launch.start(List.of("run", recipe.toString(), "--data", data, "--out", out.toString()));
            try {
                while (!hasText(metrics)) {
                    if (!process.isAlive()) {
                        throw new IllegalStateException(
                                "the run ended before its first step, code " + process.exitValue());
                    }
                    Thread.sleep(5);
                }
                return (System.nanoTime() - start) / 1e9;
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static boolean hasText(Path file) {
        try {
            return Files.exists(file) && Files.size(file) > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double median(int rounds, DoubleSupplier seconds) {
        double[] values = new double[rounds + 1];
        Arrays.setAll(values, i -> seconds.getAsDouble());
        double[] counted = Arrays.copyOfRange(values, 1, values.length);
        Arrays.sort(counted);
        return counted[rounds / 2];
    }
}
