package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.bundle.Encoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The features of all pictures below some paths, in memory: 512 of them for 100,000 pictures are 200 MB.
 *
 * @param files those that could be read
 * @param features a row for each
 * @param failures how many could not
 */
record FeatureTable(List<Path> files, float[][] features, long failures) {
    /** Embeds them, with a line of progress. */
    static FeatureTable of(BundleOptions what, StageOption stage, Console console) {
        long total = what.count();
        List<Path> files = new ArrayList<>();
        List<float[]> features = new ArrayList<>();
        try (Encoder encoder = what.encoder(stage);
                StreamProgress progress = new StreamProgress(console, "Embedding", total, false)) {
            encoder.embed(
                    what.files(),
                    outcome -> progress.show(outcome, (file, row) -> {
                        files.add(file);
                        features.add(row);
                    }));
            if (files.isEmpty()) {
                throw HalflightException.run("None of these pictures can be read.");
            }
            return new FeatureTable(files, features.toArray(float[][]::new), progress.failures());
        }
    }

    int exitCode() {
        return failures == 0 ? Failures.OK : Failures.RUN;
    }
}
