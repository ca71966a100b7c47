package io.halflight.recipe;

import io.halflight.torch.NativeTorch;
import io.halflight.train.RunDirectory;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A whole process for {@link KillTest}: begins the run in a folder or goes on with it, and says when it is at it. */
final class KilledRun {
    static final String BEGUN = "begun";

    private KilledRun() {}

    /** Takes a recipe's file and a run directory. */
    public static void main(String[] arguments) throws IOException {
        Path out = Path.of(arguments[1]);
        Recipe recipe = RecipeReader.read(arguments[0], List.of());
        NativeTorch.load();
        System.out.println(BEGUN);
        run(recipe, out);
    }

    /** What {@code run} does, with {@code --resume} if there is something to resume. */
    static void run(Recipe recipe, Path out) throws IOException {
        RunListener listener = new RunListener() {
            @Override
            public void message(String line) {
                System.out.println(line);
            }
        };
        new Pipeline(recipe, out, new Pipeline.Options(RunDirectory.isBegun(out), "test"), listener).run();
    }
}
