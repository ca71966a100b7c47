package io.halflight.recipe;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run came to.
 *
 * @param directory where everything is
 * @param rows one per classifier, supervised baselines first; empty if the run was interrupted
 * @param seconds from start to end, over all starts
 * @param interrupted whether it was asked to stop and waits to be resumed
 */
public record RunResult(Path directory, List<Row> rows, double seconds, boolean interrupted) {
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
