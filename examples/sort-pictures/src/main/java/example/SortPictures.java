package example;

import io.halflight.HalflightException;
import io.halflight.bundle.Classifier;
import io.halflight.bundle.Prediction;
import io.halflight.data.PictureFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Copies pictures into one folder for each class that a Halflight model finds in them, and what it is not sure of into {@code unsure}, for somebody
 * to look at.
 */
public final class SortPictures {
    private static final double SURE = 0.8;

    private SortPictures() {}

    /** Takes a model bundle, a folder of pictures and a folder to copy them to. */
    public static void main(String[] args) {
        if (args.length != 3) {
            System.err.println("usage: SortPictures BUNDLE PICTURES TARGET");
            System.exit(2);
        }
        try {
            int unreadable = sort(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
            System.exit(unreadable == 0 ? 0 : 1);
        } catch (HalflightException e) { // its message says what to do
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Returns how many files could not be read; each is named on standard error. */
    static int sort(Path bundle, Path pictures, Path target) {
        int[] unreadable = {0};
        try (Classifier classifier = Classifier.load(bundle)) {
            classifier.predict(new PictureFiles(List.of(pictures)), outcome -> {
                Prediction prediction = outcome.value();
                if (prediction == null) {
                    unreadable[0]++;
                    System.err.println(outcome.failure().getMessage());
                    return;
                }
                boolean sure = prediction.confidence() >= SURE;
                copy(outcome.file(), target.resolve(sure ? prediction.label() : "unsure"));
            });
        }
        return unreadable[0];
    }

    private static void copy(Path picture, Path folder) {
        try {
            Files.createDirectories(folder);
            Files.copy(picture, folder.resolve(picture.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
