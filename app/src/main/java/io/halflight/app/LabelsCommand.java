package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.data.LabelList;
import io.halflight.recipe.RunLabels;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight labels RUN}. */
@Command(
        name = "labels",
        description = "Makes a list of labels out of a run: those it was given, and those its classifier is sure of.",
        footer = {
            "",
            "The list is a CSV file of path,label,role. A run that is given it by --labels trains on the rows labelled "
                    + "and pseudo, and validates and tests on the same pictures as this run did: never on pseudo-labels.",
            "",
            "  halflight labels runs/photos",
            "  halflight labels runs/photos --above 0.9 --balance --out sure.csv",
            "  halflight run simclrv2 --data folder:photos --labels sure.csv"
        })
final class LabelsCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "RUN", description = "The directory of a run with a finished classifier.")
    Path run = Path.of("");

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            description = "The stage whose classifier is asked; the delivered one if left out.")
    String stage = "";

    @Option(
            names = "--above",
            paramLabel = "CONFIDENCE",
            defaultValue = "0.95",
            description = "Takes answers of at least this confidence; ${DEFAULT-VALUE} if left out.")
    double above;

    @Option(
            names = "--balance",
            description = "Takes the same number of each class, the most confident ones: as many as the class with the "
                    + "fewest has.")
    boolean balance;

    @Option(names = "--out", paramLabel = "FILE", description = "The list; RUN/" + RunLabels.FILE + " if left out.")
    @Nullable
    Path out;

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    LabelsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Path file = out != null ? out : run.resolve(RunLabels.FILE);
        var request = new RunLabels.Request(run, stage, above, balance);
        if (!file.toString().endsWith(".csv")) {
            throw HalflightException.usage(
                    "--out is " + file + "; give a name that ends in .csv, as --labels wants it.");
        }
        if (!LabelList.isReplaceable(file)) {
            throw HalflightException.usage(
                    file + " is there already and is no list of this command; name another with --out.");
        }
        RunDisplay display =
                json ? RunDisplay.NONE : new ProgressPrinter(console.out(), console.terminal(), System::nanoTime);
        RunLabels.Result result = RunLabels.choose(request, display);
        display.clear();
        LabelList.write(file, result.lines());
        if (json) {
            new JsonPrinter(console.out())
                    .event(
                            "labels",
                            "stage",
                            result.stage(),
                            "above",
                            above,
                            "balance",
                            balance,
                            "kept",
                            result.kept(),
                            "classes",
                            result.classes(),
                            "file",
                            file);
        } else {
            show(result, file);
        }
        return Failures.OK;
    }

    private void show(RunLabels.Result result, Path file) {
        LabelTable.lines(result, above, console.terminal().width()).forEach(console.out()::println);
        console.out().println();
        console.out().println("labels  " + file);
        console.out().println("Train on it with:");
        console.out()
                .println("  "
                        + Console.line(
                                List.of("run", "RECIPE", "--data", result.source(), "--labels", file.toString())));
    }
}
