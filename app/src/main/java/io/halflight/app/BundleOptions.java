package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.ModelBundle;
import io.halflight.data.PictureFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which model looks at which pictures. */
final class BundleOptions {
    @Parameters(index = "0", paramLabel = "BUNDLE", description = "A model bundle, or the directory of a finished run.")
    Path bundle = Path.of("");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "PATH",
            description = "Picture files, and folders with all that lies below them.")
    List<Path> paths = List.of();

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "cpu, cuda or cuda:1; a GPU where there is one if left out.")
    String device = "";

    Classifier load() {
        return Classifier.load(located(bundle), device);
    }

    PictureFiles files() {
        return new PictureFiles(paths);
    }

    /** How many pictures there are; refuses to look at none. */
    long count() {
        long count = PictureFiles.count(paths);
        if (count == 0) {
            throw HalflightException.usage("There are no pictures in "
                    + String.join(", ", paths.stream().map(Path::toString).toList())
                    + "; jpg, png, bmp, gif, tif and webp files are read.");
        }
        return count;
    }

    /** The bundle itself, or that of a run. */
    static Path located(Path given) {
        Path inside = given.resolve("model");
        if (Files.exists(given.resolve(ModelBundle.DESCRIPTION))) {
            return given;
        }
        if (Files.exists(inside.resolve(ModelBundle.DESCRIPTION))) {
            return inside;
        }
        throw HalflightException.usage(
                Files.isDirectory(given)
                        ? given + " holds no " + ModelBundle.DESCRIPTION
                                + ": give a model bundle, or a run that has ended with a classifier"
                        : given + " does not exist: give a model bundle such as RUN/model");
    }
}
