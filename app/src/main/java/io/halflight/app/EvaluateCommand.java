package io.halflight.app;

import io.halflight.recipe.BundleEvaluation;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight evaluate BUNDLE --data SOURCE}. */
@Command(
        name = "evaluate",
        description =
                "Says how good the classifier of a run is on pictures whose classes are known: on the test part of a source, or on all that "
                        + "have a class where it has no such part.",
        footer = {
            "",
            "  halflight evaluate runs/photos --data folder:new-photos",
            "  halflight evaluate runs/photos/model --data csv:checked.csv --json"
        })
final class EvaluateCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "BUNDLE", description = "A model bundle, or the directory of a finished run.")
    Path bundle = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "SOURCE",
            required = true,
            description =
                    "The pictures, as run takes them: folder:DIR, csv:FILE, fashion-mnist, cifar10:DIR, idx:DIR or shapes.")
    String data = "";

    @Mixin
    DeviceOption device = new DeviceOption();

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    EvaluateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        RunDisplay display =
                json ? RunDisplay.NONE : new ProgressPrinter(console.out(), console.terminal(), System::nanoTime);
        BundleEvaluation.Result result = BundleEvaluation.of(BundleOptions.located(bundle), data, device.name, display);
        display.clear();
        if (json) {
            new JsonPrinter(console.out())
                    .event(
                            "evaluation",
                            "data",
                            data,
                            "pictures",
                            result.pictures(),
                            "testPart",
                            result.testPart(),
                            "otherClasses",
                            result.otherClasses(),
                            "trainedOn",
                            result.trainedOn(),
                            "metrics",
                            result.metrics().toJson());
        } else {
            EvaluationText.lines(result, data, console.terminal().width()).forEach(console.out()::println);
        }
        return Failures.OK;
    }
}
