package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.app.report.RunAnswers;
import io.halflight.eval.PairedBootstrap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight compare RUN RUN...}. */
@Command(
        name = "compare",
        description =
                "Compares the delivered classifiers of runs on the test pictures that all of them have answered, and says which differences "
                        + "are more than luck.",
        footer = {
            "",
            "Intervals: 95 %, from 10,000 draws of the test pictures with replacement. They say how sure a difference is for these two trained "
                    + "networks on such pictures; another seed or another set of labels moves accuracies, too.",
            "",
            "  halflight compare runs/simclrv2 runs/fixmatch runs/uda"
        })
final class CompareCommand implements Callable<Integer> {
    private static final long SEED = 1;

    private final Console console;

    @Parameters(
            arity = "2..*",
            paramLabel = "RUN",
            description = "Directories of finished runs; the first is what the others are compared with.")
    List<Path> runs = List.of();

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    /**
     * One run beside the first.
     *
     * @param beside the first run; its own difference is 0
     */
    record Line(String run, String model, double accuracy, PairedBootstrap beside) {}

    CompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (runs.size() < 2) {
            throw HalflightException.usage("compare needs two runs or more");
        }
        List<RunAnswers> answers = RunAnswers.common(runs);
        List<Line> lines = new ArrayList<>();
        for (RunAnswers one : answers) {
            lines.add(new Line(
                    one.run().toString(),
                    one.model(),
                    one.accuracy(),
                    PairedBootstrap.of(answers.get(0).right(), one.right(), SEED)));
        }
        if (json) {
            new JsonPrinter(console.out())
                    .event("comparison", "pictures", answers.get(0).right().length, "runs", lines);
        } else {
            ComparisonText.lines(lines, console.terminal().width()).forEach(console.out()::println);
        }
        return Failures.OK;
    }
}
