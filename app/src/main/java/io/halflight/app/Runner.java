package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.recipe.Pipeline;
import io.halflight.recipe.Recipe;
import io.halflight.recipe.RunResult;
import io.halflight.recipe.StageSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a recipe for a command and shows what it comes to. */
final class Runner {
    private final Console console;
    private final boolean json;

    Runner(Console console, boolean json) {
        this.console = console;
        this.json = json;
    }

    /**
     * Runs it and prints the result.
     *
     * @param arguments of a {@code run} command that does the same, without {@code --out} and {@code --resume}
     * @return the exit code
     */
    int run(Recipe recipe, Path out, boolean resume, List<String> arguments) {
        RunDisplay display = display();
        List<String> command = new ArrayList<>(arguments);
        command.addAll(List.of("--out", out.toString()));
        Pipeline pipeline = new Pipeline(recipe, out, new Pipeline.Options(resume, Console.line(command)), display);
        try (Interrupts interrupts = Interrupts.onStop(() -> stop(pipeline::stop, display))) {
            RunResult result = pipeline.run();
            display.clear();
            if (result.interrupted()) {
                command.add("--resume");
                interrupted(result.directory(), Console.line(command));
                return interrupts.exitCode();
            }
            finished(result);
            return Failures.OK;
        } catch (RuntimeException | OutOfMemoryError e) {
            display.clear();
            if (Failures.isOutOfMemory(e)) {
                throw outOfMemory(e, recipe, display.stage());
            }
            throw e;
        }
    }

    /** The folder, or the first of {@code NAME-2}, {@code NAME-3}, … that does not exist yet. */
    static Path free(Path directory) {
        Path free = directory;
        for (int i = 2; Files.exists(free); i++) {
            free = directory.resolveSibling(directory.getFileName() + "-" + i);
        }
        return free;
    }

    /** What the user watches. */
    RunDisplay display() {
        return json
                ? new JsonPrinter(console.out())
                : new ProgressPrinter(console.out(), console.terminal(), System::nanoTime);
    }

    /** Asks for the end, and says so. */
    void stop(Runnable stop, RunDisplay display) {
        stop.run();
        display.clear();
        console.err().println("halflight: stopping after this step; Ctrl-C again stops at once, without saving");
    }

    /** Says how to go on. */
    void interrupted(Path directory, String command) {
        if (json) {
            new JsonPrinter(console.out()).event("interrupted", "directory", directory, "resume", command);
        } else {
            console.out().println("Stopped; everything so far is saved. Go on with:");
            console.out().println("  " + command);
        }
    }

    private void finished(RunResult result) {
        Path directory = result.directory();
        Path model = directory.resolve("model");
        if (json) {
            JsonPrinter events = new JsonPrinter(console.out());
            events.result(result, model);
            events.event("report", "file", Reports.write(directory));
            return;
        }
        console.out().println();
        int width = console.terminal().width();
        if (!result.rows().isEmpty()) {
            ResultTable.lines(result.rows(), width).forEach(console.out()::println);
        }
        FrozenLines.of(result, width).forEach(console.out()::println);
        console.out().println();
        console.out().flush();
        if (Files.exists(model)) {
            console.out().println("model   " + model);
        }
        console.out().println("report  " + Reports.write(directory)); // last, so that it cannot hide the figures
    }

    private static HalflightException outOfMemory(Throwable failure, Recipe recipe, String stage) {
        if (Failures.isHeap(failure)) {
            return HalflightException.run(
                    "Java's memory is used up" + in(stage)
                            + "; give it more with HALFLIGHT_JAVA_OPTS=-Xmx4g, or make pictures smaller with --size.",
                    failure);
        }
        StageSettings settings = recipe.stages().get(stage);
        String smaller = settings == null
                ? "stages.STAGE.batch=..."
                : "stages." + stage + ".batch=" + Math.max(2, settings.batch() / 2);
        return HalflightException.run(
                "Memory is used up" + in(stage) + "; start a new run with a smaller batch, such as --set " + smaller
                        + ", or with smaller pictures (--size).",
                failure);
    }

    private static String in(String stage) {
        return stage.isEmpty() ? "" : " in stage " + stage;
    }
}
