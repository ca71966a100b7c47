package io.halflight.bench;

import io.halflight.json.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** SimCLR on CIFAR-10, ResNet-18 of width 16, batch 256, from the launcher to the report, beside the same in PyTorch with torchvision. */
final class WholeRun {
    private static final int BATCH = 256;
    private static final int WARM = 3;
    private static final double REACH = 1.25;
    private static final double REACH_MEMORY = 1 / 0.6;

    private static final String RECIPE = """
            stages:
              pretrain:
                method: simclr
                backbone: {name: resnet18, width: 0.25}
                head: {layers: 2}
                epochs: 1
                batch: %d
                pictures_per_epoch: %d
                evaluations: 1
                optimizer: {name: sgd, learning_rate: 0.06, scaling: none, weight_decay: 5.0e-4}
            """;

    private WholeRun() {}

    /**
     * Measures views a second from the third to the last step, and the most memory of the whole process, reading, evaluation and report
     * included; then the peer, {@code bench/peers/run.py}.
     *
     * @param steps that are timed
     */
    static List<Row> rows(Launch launch, int steps) {
        String what = "SimCLR run, CIFAR-10, ResNet-18 x 0.25, batch " + BATCH;
        Path data = cifar();
        if (data == null) {
            return List.of(Row.alone(what, "not run", "there is no CIFAR-10 below HALFLIGHT_DATA", REACH));
        }
        double views;
        Launch.Ended ours;
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Path recipe = folder.write("run.yaml", RECIPE.formatted(BATCH, BATCH * (WARM + steps)));
            Path out = folder.path().resolve("out");
            ours = launch.halflight(List.of(
                    "run", recipe.toString(), "--data", "cifar10:" + data, "--labels", "10", "--out", out.toString()));
            views = viewsPerSecond(out.resolve("stages").resolve("1-pretrain").resolve("metrics.jsonl"));
        }
        Launch.Ended peer = launch.python(
                launch.home().resolve("bench").resolve("peers").resolve("run.py"),
                List.of(data.toString(), "" + BATCH, "" + steps, "" + launch.threads()));
        if (peer.code() != 0 || !(Json.parse(peer.output().strip()) instanceof Map<?, ?> said)) {
            String why = "PyTorch with torchvision is not installed";
            return List.of(
                    Row.alone(what, rate(views), why, REACH), Row.alone(memory(), size(ours), why, REACH_MEMORY));
        }
        double there = number(said, "views");
        return List.of(
                new Row(what, rate(views), "PyTorch with torchvision " + rate(there), views / there, REACH),
                new Row(memory(), size(ours), "the other one " + size(peer), peer.peak() / ours.peak(), REACH_MEMORY));
    }

    private static String memory() {
        return "peak memory of that run with all its processes (their ratio, less is better, at most 0.6)";
    }

    private static String rate(double views) {
        return String.format(Locale.ROOT, "%,.0f views/s", views);
    }

    private static String size(Launch.Ended run) {
        return String.format(Locale.ROOT, "%,.0f MB", run.peak());
    }

    static double viewsPerSecond(Path metrics) {
        try (Stream<String> lines = Files.lines(metrics)) {
            List<Map<?, ?>> steps = lines.<Map<?, ?>>map(line -> (Map<?, ?>) Json.parse(line))
                    .filter(line -> line.containsKey("loss"))
                    .toList();
            Map<?, ?> first = steps.get(WARM - 1);
            Map<?, ?> last = steps.get(steps.size() - 1);
            return 2
                    * BATCH
                    * (number(last, "step") - number(first, "step"))
                    / (number(last, "seconds") - number(first, "seconds"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double number(Map<?, ?> map, String key) {
        return map.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** The folder with CIFAR-10's binary files below one of HALFLIGHT_DATA; null where there is none. */
    static @Nullable Path cifar() {
        return Stream.of(System.getenv().getOrDefault("HALFLIGHT_DATA", "").split(File.pathSeparator))
                .filter(root -> !root.isBlank())
                .map(root -> Path.of(root).resolve("cifar-10-batches-bin"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(null);
    }
}
