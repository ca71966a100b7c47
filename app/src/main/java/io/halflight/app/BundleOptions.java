package io.halflight.app;

import io.halflight.HalflightException;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.Encoder;
import io.halflight.bundle.ModelBundle;
import io.halflight.data.PictureFiles;
import io.halflight.recipe.RunModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
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

    @Mixin
    DeviceOption device = new DeviceOption();

    Classifier load() {
        return Classifier.load(located(bundle), device.name);
    }

    Encoder encoder(StageOption stage) {
        return RunModel.encoder(bundle, stage.name, device.name);
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

    /** The bundle itself, or that of a run; refuses what is neither. */
    static Path located(Path given) {
        Path bundle = ofRun(given);
        if (Files.exists(bundle.resolve(ModelBundle.DESCRIPTION))) {
            return bundle;
        }
        throw HalflightException.usage(
                Files.isDirectory(given)
                        ? given + " holds no " + ModelBundle.DESCRIPTION
                                + ": give a model bundle, or a run that has ended with a classifier"
                        : given + " does not exist: give a model bundle such as RUN/model");
    }

    /** The bundle in a run, or what was given if it is none. */
    static Path ofRun(Path given) {
        Path inside = given.resolve("model");
        boolean isRun = !Files.exists(given.resolve(ModelBundle.DESCRIPTION))
                && Files.exists(inside.resolve(ModelBundle.DESCRIPTION));
        return isRun ? inside : given;
    }
}
