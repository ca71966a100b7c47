package io.halflight.app;

import io.halflight.recipe.Recipe;
import io.halflight.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code halflight demo}. */
@Command(
        name = "demo",
        description = "Shows the three steps on small drawn pictures: no network, no data set, a few minutes.")
final class DemoCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run directory, new or empty; runs/demo, runs/demo-2, ... if left out.")
    @Nullable
    Path out;

    @Mixin
    SettingOptions settings = new SettingOptions();

    @Option(names = "--json", description = "Prints one JSON object a line instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Recipe recipe = RecipeReader.read("demo", settings.overrides());
        Path directory = out != null ? out : Runner.free(Path.of("runs", "demo"));
        if (!json) {
            console.out().println("Draws small pictures of shapes and keeps the class of only a few of them.");
            console.out()
                    .println("Learns first from those few alone, then in three steps from all: pretrain, fine-tune,"
                            + " distil.");
            console.out().println("Writes everything to " + directory + "; takes a few minutes.");
            console.out().println();
        }
        List<String> arguments = new ArrayList<>(RunCommand.repeat(console.arguments()));
        arguments.set(0, "run");
        arguments.add(1, "demo");
        int code = new Runner(console, json).run(recipe, directory, false, arguments);
        if (code == Failures.OK && !json) {
            next();
        }
        return code;
    }

    private void next() {
        console.out().println();
        console.out().println("Next, with pictures of your own (a folder with one sub-folder per class):");
        suggest("doctor", "--data", "folder:DIR");
        suggest("run", "simclrv2", "--data", "folder:DIR", "--labels", "10");
        suggest("recipes");
    }

    private void suggest(String... arguments) {
        console.out().println("  " + Console.line(List.of(arguments)));
    }
}
