package io.halflight.app;

import io.halflight.bundle.BundleCheck;
import io.halflight.bundle.BundleCheck.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight verify BUNDLE}. */
@Command(
        name = "verify",
        description = "Checks that the weights and the metadata of a model bundle are as they were written. "
                + "Exit code 1 if one of them is not.")
final class VerifyCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "BUNDLE", description = "A model bundle, or the directory of a finished run.")
    Path bundle = Path.of("");

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    VerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<BundleCheck.Line> lines = BundleCheck.of(BundleOptions.ofRun(bundle));
        boolean good = lines.stream().noneMatch(line -> line.outcome() == Outcome.BAD);
        if (json) {
            new JsonPrinter(console.out()).event("verify", "bundle", bundle, "good", good, "checks", lines);
        } else {
            lines.forEach(line -> console.out()
                    .println(String.format(
                            Locale.ROOT, "%-4s  %-11s  %s", word(line.outcome()), line.subject(), line.finding())));
        }
        return good ? Failures.OK : Failures.RUN;
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case GOOD -> "ok";
            case OPEN -> "open";
            case BAD -> "BAD";
        };
    }
}
