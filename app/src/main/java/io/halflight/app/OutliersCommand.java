package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.eval.Similarity;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code halflight outliers BUNDLE PATH...}. */
@Command(
        name = "outliers",
        description =
                "Finds the pictures that are least like any other, by the features of a run's network: wrong files, rare kinds, failed shots.",
        footer = {
            "",
            "The number before a path is 1 minus the mean cosine to the ten nearest other pictures.",
            "",
            "  halflight outliers runs/photos new-photos --top 50"
        })
final class OutliersCommand implements Callable<Integer> {
    private static final int NEIGHBOURS = 10;

    private final Console console;

    @Mixin
    BundleOptions what = new BundleOptions();

    @Mixin
    StageOption stage = new StageOption();

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "20",
            description = "Prints the N most distant ones; ${DEFAULT-VALUE} if left out.")
    int top;

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    /** One picture. */
    record Outlier(Path path, double distance) {}

    OutliersCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (top < 1) {
            throw HalflightException.usage("--top is " + top + "; give 1 or more");
        }
        FeatureTable table = FeatureTable.of(what, stage, console);
        if (table.files().size() < 2) {
            throw HalflightException.usage(
                    "There is one picture, with nothing to compare it with; give a folder of them.");
        }
        double[] distances = Similarity.distances(table.features(), NEIGHBOURS);
        List<Outlier> outliers = IntStream.range(0, distances.length)
                .mapToObj(i -> new Outlier(table.files().get(i), distances[i]))
                .sorted(Comparator.comparingDouble(Outlier::distance).reversed())
                .limit(top)
                .toList();
        if (json) {
            new JsonPrinter(console.out())
                    .event("outliers", "pictures", table.files().size(), "outliers", outliers);
        } else {
            outliers.forEach(outlier ->
                    console.out().println(String.format(Locale.ROOT, "%.3f  %s", outlier.distance(), outlier.path())));
        }
        return table.exitCode();
    }
}
