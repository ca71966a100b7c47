package io.halflight.recipe;

import io.halflight.eval.FrozenSuite;
import java.nio.file.Path;
import java.util.List;

/**
 * What a run came to.
 *
 * @param directory where everything is
 * @param rows one per classifier, supervised baselines first; empty if the run was interrupted
 * @param frozen one per pretrained encoder
 * @param seconds from start to end, over all starts
 * @param interrupted whether it was asked to stop and waits to be resumed
 */
public record RunResult(Path directory, List<Row> rows, List<Frozen> frozen, double seconds, boolean interrupted) {
    /**
     * One encoder whose features were judged as they are.
     *
     * @param name the stage
     * @param seconds of pretraining
     * @param figures on the test pictures, each with its protocol
     */
    public record Frozen(String name, String title, double seconds, List<FrozenSuite.Figure> figures) {}

    /**
     * One classifier on the test pictures.
     *
     * @param name the stage
     * @param accuracy share of test pictures whose first guess is right
     * @param top5 share with the class among the first five guesses
     * @param ece expected calibration error, 15 bins
     * @param seconds of training the stage itself
     * @param parameters trained values
     */
    public record Row(
            String name, String title, double accuracy, double top5, double ece, double seconds, long parameters) {}
}
