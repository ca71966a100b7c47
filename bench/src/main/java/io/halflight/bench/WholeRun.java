package io.halflight.bench;

import io.halflight.json.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private static final String MEMORY = "peak memory of that run with all its processes (their ratio, at most 0.6)";
    private static final String PEER = "PyTorch with torchvision %,.0f %s";
    private static final String NO_PEER = "PyTorch with torchvision is not installed";
    private static final double MOST_WAITING = 0.02;

    private static final String RECIPE = """
            recompute: %s
            stages:
              pretrain:
                method: simclr
                backbone: {name: resnet18, width: 0.25, shortcuts: torchvision}
                head: {layers: 2}
                epochs: 1
                batch: %d
                pictures_per_epoch: %d
                evaluations: 1
                optimizer: {name: sgd, learning_rate: 0.06, scaling: none, weight_decay: 5.0e-4}
            """;

    /**
     * What a run of ours came to.
     *
     * @param views a second
     * @param waiting share of the time that training waited for views
     * @param peak megabytes
     */
    private record Ours(double views, double waiting, double peak) {}

    /** What the peer came to, in the same units. */
    private record Theirs(double views, double peak) {}

    private WholeRun() {}

    /**
     * Measures views a second from the first logged step behind the third to the last logged one (every fourth is), and the most memory of the whole process, reading, evaluation and report
     * included, with all feature maps kept and with the first ones computed again; then the peer, {@code bench/peers/run.py}.
     *
     * @param steps that are timed
     */
    static List<Row> rows(Launch launch, int steps) {
        String what = "SimCLR run, CIFAR-10, ResNet-18 x 0.25, batch " + BATCH;
        Path data = cifar();
        if (data == null) {
            return List.of(Row.alone(what, "not run", "there is no CIFAR-10 below HALFLIGHT_DATA", REACH));
        }
        Ours kept = run(launch, data, steps, "none");
        Ours first = run(launch, data, steps, "first");
        Theirs peer = peer(launch, data, steps);
        String again = ", recompute: first";
        List<Row> rows = new ArrayList<>();
        rows.add(speed(what, kept, peer));
        rows.add(memory(MEMORY, kept, peer));
        rows.add(speed(what + again, first, peer));
        rows.add(memory(MEMORY + again, first, peer));
        rows.add(new Row(
                "share of that run's time spent waiting for views (ratio: 2 % over it)",
                String.format(Locale.ROOT, "%.2f %%", 100 * kept.waiting),
                "",
                MOST_WAITING / Math.max(kept.waiting, MOST_WAITING / 1000),
                1));
        return rows;
    }

    private static Row speed(String what, Ours ours, @Nullable Theirs peer) {
        String views = String.format(Locale.ROOT, "%,.0f views/s", ours.views);
        return peer == null
                ? Row.alone(what, views, NO_PEER, REACH)
                : new Row(what, views, PEER.formatted(peer.views, "views/s"), ours.views / peer.views, REACH);
    }

    private static Row memory(String what, Ours ours, @Nullable Theirs peer) {
        String size = String.format(Locale.ROOT, "%,.0f MB", ours.peak);
        return peer == null
                ? Row.alone(what, size, NO_PEER, REACH_MEMORY)
                : new Row(what, size, PEER.formatted(peer.peak, "MB"), peer.peak / ours.peak, REACH_MEMORY);
    }

    private static @Nullable Theirs peer(Launch launch, Path data, int steps) {
        Launch.Ended peer = launch.python(
                launch.home().resolve("bench").resolve("peers").resolve("run.py"),
                List.of(data.toString(), "" + BATCH, "" + steps, "" + launch.threads()));
        return peer.code() == 0 && Json.parse(peer.output().strip()) instanceof Map<?, ?> said
                ? new Theirs(number(said, "views"), peer.peak())
                : null;
    }

    private static Ours run(Launch launch, Path data, int steps, String recompute) {
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            Path recipe = folder.write("run.yaml", RECIPE.formatted(recompute, BATCH, BATCH * (WARM + steps)));
            Path out = folder.path().resolve("out");
            Launch.Ended ended = launch.halflight(List.of(
                    "run", recipe.toString(), "--data", "cifar10:" + data, "--labels", "10", "--out", out.toString()));
            List<Map<?, ?>> lines =
                    steps(out.resolve("stages").resolve("1-pretrain").resolve("metrics.jsonl"));
            double waiting = lines.stream()
                    .filter(line -> number(line, "step") > WARM)
                    .mapToDouble(line -> number(line, "waiting"))
                    .average()
                    .orElse(Double.NaN);
            return new Ours(viewsPerSecond(lines), waiting, ended.peak());
        }
    }

    private static List<Map<?, ?>> steps(Path metrics) {
        try (Stream<String> lines = Files.lines(metrics)) {
            return lines.<Map<?, ?>>map(line -> (Map<?, ?>) Json.parse(line))
                    .filter(line -> line.containsKey("loss"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double viewsPerSecond(Path metrics) {
        return viewsPerSecond(steps(metrics));
    }

    private static double viewsPerSecond(List<Map<?, ?>> steps) {
        Map<?, ?> first = steps.stream()
                .filter(line -> number(line, "step") >= WARM)
                .findFirst()
                .orElseThrow();
        Map<?, ?> last = steps.get(steps.size() - 1);
        return 2
                * BATCH
                * (number(last, "step") - number(first, "step"))
                / (number(last, "seconds") - number(first, "seconds"));
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
