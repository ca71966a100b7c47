package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.recipe.PretrainedRun;
import io.halflight.recipe.Recipe;
import io.halflight.recipe.RecipeReader;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halflight run RECIPE}. */
@Command(
        name = "run",
        description = "Runs a recipe: from pictures and a few labels to a classifier, a report and a model bundle.",
        footer = {
            "",
            "Ctrl-C finishes the step, saves, and prints the command that goes on.",
            "",
            "  halflight run simclrv2 --data fashion-mnist --labels 10",
            "  halflight run simclrv2 --data folder:photos --labels labels.csv --seed 1",
            "  halflight run fixmatch --data folder:photos --labels labels.csv --seed 1 --init-from runs/simclrv2"
        })
final class RunCommand implements Callable<Integer> {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final Console console;

    @Parameters(paramLabel = "RECIPE", description = "A recipe's name (see 'halflight recipes') or a .yaml file.")
    String recipe = "";

    @Mixin
    DataOptions data = new DataOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run directory, new or empty; runs/RECIPE-DATE-TIME if left out.")
    @Nullable
    Path out;

    @Option(names = "--resume", description = "Goes on with the run in --out where it was left.")
    boolean resume;

    @Option(
            names = "--init-from",
            paramLabel = "RUN",
            description = "Starts the stages that learn from labelled and unlabelled pictures at the encoder that "
                    + "another run has pretrained, with that encoder's backbone. Refused where that run was trained on "
                    + "pictures that are kept for judging here.")
    @Nullable
    Path initFrom;

    @Mixin
    SettingOptions settings = new SettingOptions();

    @Option(
            names = "--tensorboard",
            description = "Also writes the figures of all stages for TensorBoard, into " + TensorboardMirror.FOLDER
                    + " in the run directory.")
    boolean tensorboard;

    @Option(names = "--json", description = "Prints one JSON object a line instead of text.")
    boolean json;

    @Mixin
    CommonOptions common = new CommonOptions();

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (resume && out == null) {
            throw HalflightException.usage("--resume needs --out DIR: which run shall go on?");
        }
        Recipe read = RecipeReader.read(recipe, overrides());
        Path directory = out != null ? out : newDirectory(read.name());
        try (TensorboardMirror mirror = tensorboard ? TensorboardMirror.follow(directory) : null) {
            return new Runner(console, json).run(read, directory, resume, repeat(console.arguments()));
        }
    }

    List<String> overrides() {
        List<String> overrides = new ArrayList<>(data.overrides());
        overrides.addAll(settings.overrides());
        if (initFrom != null) { // in front, so that --set wins
            PretrainedRun pretrained = new PretrainedRun(initFrom, "--init-from");
            overrides.addAll(0, pretrained.overrides(RecipeReader.read(recipe, overrides)));
        }
        return overrides;
    }

    private static Path newDirectory(String recipe) {
        return Runner.free(Path.of("runs", recipe + "-" + STAMP.format(LocalDateTime.now(ZoneId.systemDefault()))));
    }

    /** The arguments without {@code --out} and {@code --resume}. */
    static List<String> repeat(List<String> arguments) {
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--out")) {
                i++;
            } else if (!argument.startsWith("--out=") && !argument.equals("--resume")) {
                rest.add(argument);
            }
        }
        return rest;
    }
}
