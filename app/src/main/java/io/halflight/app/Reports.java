package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.app.report.PictureSource;
import io.halflight.app.report.Report;
import io.halflight.data.Dataset;
import io.halflight.data.Datasets;
import io.halflight.recipe.RecipeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Writes a run's report with the pictures it was made from, where they can still be opened. */
final class Reports {
    /** Thumbnails need no more than what is kept of a picture for this training size. */
    private static final int KEPT_SIDE = 96;

    private Reports() {}

    /** Returns the file that was written. */
    static Path write(Path directory) {
        return Report.write(directory, pictures(directory.resolve("recipe.yaml")));
    }

    private static @Nullable PictureSource pictures(Path recipe) {
        if (!Files.exists(recipe)) {
            return null;
        }
        try {
            String source =
                    RecipeReader.read(recipe.toString(), List.of()).data().source();
            Dataset dataset = Datasets.open(source, new Datasets.Options(KEPT_SIDE));
            Map<String, Integer> indices = new HashMap<>();
            for (int i = 0; i < dataset.size(); i++) {
                indices.put(dataset.id(i), i);
            }
            return id -> {
                Integer index = indices.get(id);
                if (index == null) {
                    throw new NoSuchElementException("picture " + id);
                }
                return Report.png(dataset.picture(index));
            };
        } catch (HalflightException e) {
            return null; // moved, or seen from another folder: figures and curves do without
        }
    }
}
