package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.bundle.Classifier;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code halflight predict BUNDLE PATH...}. */
@Command(
        name = "predict",
        description = "Names the class of pictures by the classifier of a run.",
        footer = {
            "",
            "A picture that cannot be read is reported and passed over; the exit code is then 1.",
            "",
            "  halflight predict runs/photos cat.jpg",
            "  halflight predict runs/photos new-photos --csv > answers.csv",
            "  halflight predict runs/photos/model new-photos --json --top 3"
        })
final class PredictCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    BundleOptions what = new BundleOptions();

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "1",
            description = "Names the N most probable classes; ${DEFAULT-VALUE} if left out.")
    int top;

    /** At most one of them. */
    static final class Form {
        @Option(names = "--csv", description = "Prints a CSV table: path, label and confidence.")
        boolean csv;

        @Option(names = "--json", description = "Prints one JSON object for each picture.")
        boolean json;
    }

    @ArgGroup
    Form form = new Form();

    @Mixin
    CommonOptions common = new CommonOptions();

    PredictCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (top < 1) {
            throw HalflightException.usage("--top is " + top + "; give 1 or more");
        }
        long total = what.count();
        try (Classifier classifier = what.load();
                StreamProgress progress = new StreamProgress(console, "Classifying", total, true)) {
            Answers answers = form.csv
                    ? Answers.csv(console.out(), top)
                    : form.json ? Answers.json(console.out(), top) : Answers.text(console, top);
            classifier.predict(what.files(), outcome -> progress.show(outcome, answers::write));
            return progress.failures() == 0 ? Failures.OK : Failures.RUN;
        }
    }
}
