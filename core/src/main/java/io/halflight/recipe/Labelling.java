package io.halflight.recipe;

import io.halflight.backbone.ImageClassifier;
import io.halflight.data.PseudoLabelFile;
import io.halflight.eval.PseudoLabels;
import io.halflight.train.Compute;
import io.halflight.train.RunListener;
import java.nio.file.Files;
import java.nio.file.Path;

/** Leaves {@value PseudoLabelFile#NAME} in the folders of the stages whose answers matter to somebody. */
final class Labelling {
    private final Recipe recipe;
    private final RunData data;
    private final StageNetworks networks;
    private final Compute compute;
    private final RunListener listener;

    Labelling(Recipe recipe, RunData data, Compute compute, RunListener listener) {
        this.recipe = recipe;
        this.data = data;
        this.networks = new StageNetworks(recipe.keep(), compute);
        this.compute = compute;
        this.listener = listener;
    }

    /** Of the stage that is delivered, unless that is decided later, and of those that teach another one. */
    void afterwards(Stage stage) {
        boolean teaches =
                recipe.stages().values().stream().anyMatch(s -> s.teacher().equals(stage.name()));
        boolean delivered = !recipe.deliversBest() && stage.name().equals(recipe.delivered());
        if (stage.classifier() != null && (teaches || delivered)) {
            ensure(stage);
        }
    }

    /**
     * Asks a finished stage's classifier, unless it was asked before. Writes nothing where every picture has a label.
     *
     * @return the file
     */
    Path ensure(Stage stage) {
        Path file = stage.directory().resolve(PseudoLabelFile.NAME);
        if (Files.exists(file) || data.split().unlabelled().length == 0) {
            return file;
        }
        ImageClassifier network = networks.trained(stage);
        PseudoLabels labels = Figures.of(stage, data, compute)
                .pseudoLabels(
                        network,
                        (done, total) ->
                                listener.preparing("Labelling the pictures with " + stage.name(), done, total));
        PseudoLabelFile.write(file, labels.lines(data.dataset(), data.split().classes()));
        return file;
    }
}
