package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.eval.Similarity;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code halflight duplicates BUNDLE PATH...}. */
@Command(
        name = "duplicates",
        description =
                "Finds pictures that show nearly the same, by the features of a run's network: copies, cut-outs, the next picture of a series.",
        footer = {
            "",
            "Groups are printed one after the other, the largest first, with an empty line between them.",
            "",
            "  halflight duplicates runs/photos new-photos",
            "  halflight duplicates runs/photos new-photos --above 0.95"
        })
final class DuplicatesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    BundleOptions what = new BundleOptions();

    @Mixin
    StageOption stage = new StageOption();

    @Option(
            names = "--above",
            paramLabel = "COSINE",
            defaultValue = "0.99",
            description =
                    "How similar is nearly the same; ${DEFAULT-VALUE} if left out. Networks differ in how close they put pictures: try.")
    double above;

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    DuplicatesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (!(above > 0 && above <= 1)) {
            throw HalflightException.usage(
                    "--above is " + above + "; give a cosine above 0 and at most 1, such as 0.99");
        }
        FeatureTable table = FeatureTable.of(what, stage, console);
        List<List<Path>> groups = Similarity.groups(table.features(), above).stream()
                .map(group -> group.stream().map(table.files()::get).toList())
                .toList();
        if (json) {
            new JsonPrinter(console.out())
                    .event("duplicates", "pictures", table.files().size(), "above", above, "groups", groups);
            return table.exitCode();
        }
        for (List<Path> group : groups) {
            group.forEach(console.out()::println);
            console.out().println();
        }
        int extra = groups.stream().mapToInt(group -> group.size() - 1).sum();
        console.out()
                .println("%s of %s; without %s each group is left with one"
                        .formatted(
                                Text.count(groups.size(), "group", "groups"),
                                Text.count(table.files().size(), "picture", "pictures"),
                                Text.count(extra, "picture", "pictures")));
        return table.exitCode();
    }
}
