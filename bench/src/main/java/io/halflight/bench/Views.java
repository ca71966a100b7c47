package io.halflight.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Views a second and core beside those of torchvision with Pillow. */
final class Views {
    private static final List<String> NAMES = List.of("simclr32", "strong32", "jpeg224");
    private static final Map<String, String> TITLES = Map.of(
            "simclr32", "SimCLR view, 32 x 32",
            "strong32", "RandAugment (2) and Cutout, 32 x 32",
            "jpeg224", "SimCLR view at 224 from a JPEG of 500 x 375");
    private static final Map<String, Double> REACH = Map.of("simclr32", 10.0, "strong32", 8.0, "jpeg224", 5.0);

    private Views() {}

    static List<Row> rows(Path peers) {
        Options options = new OptionsBuilder()
                .include(ViewBenchmark.class.getSimpleName())
                .verbosity(VerboseMode.SILENT)
                .build();
        Collection<RunResult> results;
        try {
            results = new Runner(options).run();
        } catch (RunnerException e) {
            throw new IllegalStateException("the benchmarks of views cannot run: " + e.getMessage(), e);
        }
        Map<String, Double> peer = Peer.figures(peers.resolve("augment.py"));
        List<Row> rows = new ArrayList<>();
        for (String name : NAMES) {
            results.stream()
                    .filter(result -> result.getPrimaryResult().getLabel().equals(name))
                    .forEach(result -> rows.add(
                            row(name, result.getPrimaryResult().getScore(), peer.getOrDefault(name, Double.NaN))));
        }
        return rows;
    }

    private static Row row(String name, double here, double peer) {
        String title = TITLES.getOrDefault(name, name);
        double reach = REACH.getOrDefault(name, 1.0);
        return Double.isFinite(peer)
                ? new Row(title, perSecond(here), "torchvision " + perSecond(peer), here / peer, reach)
                : Row.alone(title, perSecond(here), "torchvision is not installed", reach);
    }

    private static String perSecond(double rate) {
        return String.format(Locale.ROOT, "%,.0f views/s/core", rate);
    }
}
