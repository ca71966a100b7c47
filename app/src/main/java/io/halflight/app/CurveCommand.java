package io.halflight.app;

import io.halflight.recipe.CurveResult;
import io.halflight.recipe.LabelCurve;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight curve RUN}. */
@Command(
        name = "curve",
        description = "Shows how accuracy depends on the number of labels, from the encoder that a run has pretrained.",
        footer = {
            "",
            "Every number of labels and every seed is one sub-run in RUN/curve: the pretraining is taken over, all that "
                    + "needs labels is trained again, test and validation pictures stay those of the run. Sub-runs "
                    + "that are finished are not repeated; after Ctrl-C the same command goes on.",
            "",
            "  halflight curve runs/demo --labels 1,3,10",
            "  halflight curve runs/demo --seeds 5 --only supervised,finetune"
        })
final class CurveCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "RUN", description = "The directory of a run with a pretraining stage.")
    Path run = Path.of("");

    @Option(
            names = "--labels",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,5,10,25,100",
            description = "Labelled pictures per class; ${DEFAULT-VALUE} if left out.")
    List<Integer> labels = new ArrayList<>();

    @Option(
            names = "--seeds",
            paramLabel = "S",
            defaultValue = "3",
            description = "How many times with other labels and first weights; ${DEFAULT-VALUE} if left out.")
    int seeds;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "What to measure: stages of the recipe; linear, knn or linearSgd on the frozen encoder. "
                    + "All stages and linear if left out.")
    List<String> only = new ArrayList<>();

    @Option(names = "--json", description = "Prints one JSON object a line instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    CurveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Runner runner = new Runner(console, json);
        RunDisplay display = runner.display();
        String command = Console.line(console.arguments());
        LabelCurve curve = new LabelCurve(run, new LabelCurve.Request(labels, seeds, only), command, display);
        CurveResult result;
        try (Interrupts interrupts = Interrupts.onStop(() -> runner.stop(curve::stop, display))) {
            result = curve.run();
            if (result.interrupted()) {
                display.clear();
                runner.interrupted(run, command);
                return interrupts.exitCode();
            }
        } finally {
            display.clear();
        }
        show(result);
        return Failures.OK;
    }

    private void show(CurveResult result) {
        if (json) {
            JsonPrinter events = new JsonPrinter(console.out());
            for (CurveResult.Mean mean : result.means()) {
                events.event(
                        "curve",
                        "labels",
                        mean.labels(),
                        "figure",
                        mean.figure(),
                        "mean",
                        mean.mean(),
                        "deviation",
                        mean.deviation(),
                        "seeds",
                        mean.seeds());
            }
            events.event("report", "file", Reports.write(run));
            return;
        }
        Terminal terminal = console.terminal();
        console.out().println();
        CurveTable.lines(result, terminal.width(), terminal.unicode()).forEach(console.out()::println);
        console.out().println();
        console.out().flush();
        console.out().println("report  " + Reports.write(run)); // last, so that it cannot hide the figures
    }
}
