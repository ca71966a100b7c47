package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.data.Preflight;
import io.halflight.recipe.Doctor;
import io.halflight.recipe.Recipe;
import io.halflight.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code halflight doctor --data SOURCE}. */
@Command(
        name = "doctor",
        description = "Looks at every picture of a source, proposes a command, and predicts its time and memory. "
                + "Trains nothing, writes nothing.")
final class DoctorCommand implements Callable<Integer> {
    /** Larger photographs are reduced while they are decoded; their true size is read from the files. */
    private static final int KEPT_SIDE = 128;

    private static final int LABELS = 10;

    private final Console console;

    @Mixin
    DataOptions data = new DataOptions();

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            defaultValue = "simclrv2",
            description = "The recipe to measure; ${DEFAULT-VALUE} if left out.")
    String recipe = "";

    @Mixin
    SettingOptions settings = new SettingOptions();

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (data.data == null && spec != null) {
            throw new ParameterException(spec.commandLine(), "Missing required option: '--data=SOURCE'");
        }
        RunDisplay display =
                json ? RunDisplay.NONE : new ProgressPrinter(console.out(), console.terminal(), System::nanoTime);
        List<String> overrides = new ArrayList<>(data.overrides());
        overrides.addAll(settings.overrides());
        Recipe asked = RecipeReader.read(recipe, overrides);
        Preflight.Report report = scan(asked.data().source(), display);
        if (!json) {
            DoctorReport.data(report).forEach(console.out()::println);
            console.out().println();
        }
        String labels = data.labels != null ? data.labels : labels(report);
        overrides.add("data.labels=" + labels);
        String command = Console.line(command(labels));
        Doctor.Estimate estimate = Doctor.estimate(RecipeReader.read(recipe, overrides), display);
        display.clear();
        if (json) {
            new JsonPrinter(console.out())
                    .event("doctor", "data", report, "recipe", recipe, "command", command, "estimate", estimate);
            return Failures.OK;
        }
        console.out().println("Proposed:  " + command);
        DoctorReport.estimate(estimate).forEach(console.out()::println);
        return Failures.OK;
    }

    private static Preflight.Report scan(String source, RunDisplay display) {
        Dataset dataset = Datasets.open(source, new Datasets.Options(KEPT_SIDE));
        if (dataset.size() == 0) {
            throw HalflightException.usage("There are no pictures in " + source + ".");
        }
        Preflight.Report report =
                Preflight.scan(dataset, (done, total) -> display.preparing("Looking at the pictures", done, total));
        display.clear();
        return report;
    }

    /**
     * Few of many where nearly all pictures have a class, for then a few tell whether it works; all where only some have
     * one, for then they are the few.
     */
    static String labels(Preflight.Report report) {
        if (report.classes().isEmpty()) {
            throw HalflightException.usage("No picture of " + report.spec()
                    + " has a class; name the classes of a few in a file and give it as --labels FILE.csv"
                    + " (path,label).");
        }
        int least = report.classes().stream()
                .mapToInt(Preflight.ClassCount::train)
                .min()
                .orElse(0);
        boolean fewHaveClasses = report.unlabelled() > report.pictures() / 2;
        return fewHaveClasses || least < 2 * LABELS ? "all" : Integer.toString(LABELS);
    }

    private List<String> command(String labels) {
        List<String> command = new ArrayList<>(List.of("run", recipe, "--data", String.valueOf(data.data)));
        command.addAll(List.of("--labels", labels));
        if (data.size != null) {
            command.addAll(List.of("--size", data.size.toString()));
        }
        if (settings.seed != null) {
            command.addAll(List.of("--seed", settings.seed.toString()));
        }
        if (settings.device != null) {
            command.addAll(List.of("--device", settings.device));
        }
        settings.set.forEach(change -> command.addAll(List.of("--set", change)));
        return command;
    }
}
