package io.halflight.app.report;

import io.halflight.HalflightException;
import io.halflight.app.report.Predictions.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * On which test pictures the delivered classifier of a run was right.
 *
 * @param model the stage whose classifier it is
 * @param right by picture, in the same order for all runs that are compared
 */
public record RunAnswers(Path run, String model, boolean[] right) {
    private static final String FILE = "predictions.csv";

    /**
     * Those of several runs on the pictures that all of them have answered, told apart by their names in the source.
     *
     * @throws HalflightException if a run has no answers, no picture is common to all, or one has two classes
     */
    public static List<RunAnswers> common(List<Path> runs) {
        List<Map<String, Prediction>> all = new ArrayList<>();
        for (Path run : runs) {
            all.add(read(run));
        }
        Set<String> pictures = new LinkedHashSet<>(all.get(0).keySet());
        all.forEach(answers -> pictures.retainAll(answers.keySet()));
        if (pictures.isEmpty()) {
            throw HalflightException.usage(
                    "These runs have no test picture in common; compare runs on one source, split by one seed.");
        }
        List<RunAnswers> common = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            boolean[] right = new boolean[pictures.size()];
            int at = 0;
            for (String picture : pictures) {
                Prediction answer = all.get(i).get(picture);
                Prediction first = all.get(0).get(picture);
                if (answer == null || first == null || !answer.label().equals(first.label())) {
                    throw HalflightException.usage("%s says that %s is '%s', %s says '%s'; compare runs on one source."
                            .formatted(
                                    runs.get(0),
                                    picture,
                                    first == null ? "" : first.label(),
                                    runs.get(i),
                                    answer == null ? "" : answer.label()));
                }
                right[at++] = answer.right();
            }
            String model = all.get(i).values().iterator().next().model();
            common.add(new RunAnswers(runs.get(i), model, right));
        }
        return common;
    }

    /** Share of the pictures. */
    public double accuracy() {
        int count = 0;
        for (boolean one : right) {
            count += one ? 1 : 0;
        }
        return (double) count / right.length;
    }

    private static Map<String, Prediction> read(Path run) {
        Path file = run.resolve(FILE);
        Map<String, Prediction> answers = new LinkedHashMap<>();
        try {
            Predictions.read(Files.readString(file)).forEach(answer -> answers.put(answer.picture(), answer));
        } catch (NoSuchFileException e) {
            throw HalflightException.usage(
                    "%s holds no %s: name runs that have ended with a classifier.".formatted(run, FILE));
        } catch (IOException e) {
            throw HalflightException.run("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
        if (answers.isEmpty()) {
            throw HalflightException.run(file + " holds no answers; go on with that run by --resume.");
        }
        return answers;
    }
}
