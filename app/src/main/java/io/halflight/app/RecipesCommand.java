package io.halflight.app;

import io.halflight.recipe.RecipeReader;
import io.halflight.recipe.RecipeSummary;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code halflight recipes} and {@code halflight recipes show NAME}. */
@Command(name = "recipes", description = "Lists the built-in recipes; 'recipes show NAME' prints one.")
final class RecipesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    CommonOptions common = new CommonOptions();

    RecipesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<RecipeSummary> recipes = RecipeReader.list();
        int width = recipes.stream().mapToInt(recipe -> recipe.name().length()).reduce(0, Math::max);
        for (RecipeSummary recipe : recipes) {
            String pad = " ".repeat(width - recipe.name().length());
            String presets = recipe.presets().isEmpty()
                    ? ""
                    : " (also as " + recipe.name() + ":" + String.join(", :", recipe.presets()) + ")";
            String text = recipe.name() + pad + "  " + recipe.description() + presets;
            List<String> lines = Text.wrap(text, console.terminal().width());
            console.out()
                    .println(recipe.name() + pad + "  "
                            + lines.get(0).substring(recipe.name().length()).strip());
            lines.stream().skip(1).forEach(line -> console.out().println(" ".repeat(width) + line));
        }
        return Failures.OK;
    }

    /** {@code halflight recipes show NAME}. */
    @Command(
            name = "show",
            description = "Prints a recipe as YAML, with every default and one line on each key. "
                    + "Saved to a file and changed, it can be run.")
    static final class Show implements Callable<Integer> {
        private final Console console;

        @Parameters(paramLabel = "NAME", description = "A recipe's name or a .yaml file.")
        String name = "";

        @Mixin
        CommonOptions common = new CommonOptions();

        Show(Console console) {
            this.console = console;
        }

        @Override
        public Integer call() {
            console.out().print(RecipeReader.show(name));
            console.out().flush();
            return Failures.OK;
        }
    }
}
