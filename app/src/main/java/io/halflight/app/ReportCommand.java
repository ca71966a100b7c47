package io.halflight.app;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight report DIR}. */
@Command(name = "report", description = "Writes the report of a run again, finished or not.")
final class ReportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "DIR", description = "The run directory.")
    Path directory = Path.of("");

    @Option(
            names = "--tensorboard",
            description = "Also writes the figures of all stages for TensorBoard, into " + TensorboardMirror.FOLDER
                    + " in the run directory.")
    boolean tensorboard;

    @Mixin
    CommonOptions common = new CommonOptions();

    ReportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().println(Reports.write(directory));
        if (tensorboard) {
            console.out().println(TensorboardMirror.copy(directory));
        }
        return Failures.OK;
    }
}
