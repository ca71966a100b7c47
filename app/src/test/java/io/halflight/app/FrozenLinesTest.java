package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.eval.FrozenSuite;
import io.halflight.recipe.RunResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrozenLinesTest {
    private static final RunResult.Frozen ENCODER = new RunResult.Frozen(
            "pretrain",
            "Pretrained",
            75,
            List.of(
                    new FrozenSuite.Figure("knn", 0.612, "weighted k-NN, k = 10 of 100 labelled pictures"),
                    new FrozenSuite.Figure("linearSgd", 0.7034, "linear classifier by Nesterov SGD")));

    @Test
    void aRunOfPretrainingAloneShowsItsFiguresAndHowTheyWereTaken() {
        List<String> lines = FrozenLines.of(result(List.of(), ENCODER), 60);
        assertThat(lines)
                .containsExactly(
                        "Pretrained in 1:15, encoder frozen: k-NN 61.2%, linear probe",
                        "  by SGD 70.3%",
                        "  k-NN 61.2%: weighted k-NN, k = 10 of 100 labelled pictures",
                        "  linear probe by SGD 70.3%: linear classifier by Nesterov",
                        "    SGD");
    }

    @Test
    void besideClassifiersOneLineIsEnough() {
        RunResult.Row row = new RunResult.Row("finetune", "Fine-tuned", 0.7, 0.9, 0.1, 10, 1000);
        assertThat(FrozenLines.of(result(List.of(row), ENCODER), 120)).hasSize(1);
    }

    @Test
    void withoutLabelsItSaysWhyThereIsNothing() {
        RunResult.Frozen bare = new RunResult.Frozen("pretrain", "Pretrained", 75, List.of());
        assertThat(FrozenLines.of(result(List.of(), bare), 120))
                .singleElement()
                .asString()
                .contains("no labelled pictures");
    }

    private static RunResult result(List<RunResult.Row> rows, RunResult.Frozen encoder) {
        return new RunResult(Path.of("runs/x"), rows, List.of(encoder), 80, false);
    }
}
