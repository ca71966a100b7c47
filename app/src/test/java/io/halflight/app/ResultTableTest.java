package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.recipe.RunResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    private static final List<RunResult.Row> ROWS = List.of(
            new RunResult.Row("supervised", "Supervised", 0.601, 0.942, 0.1, 42, 1_234_567),
            new RunResult.Row("finetune", "Fine-tuned", 0.7243, 0.972, 0.1, 342, 1_234_567),
            new RunResult.Row("distill", "Distilled", 0.551, 0.98, 0.05, 4092, 312_567));

    @Test
    void columnsAreAlignedAndComparedWithTheBaseline() {
        assertThat(ResultTable.lines(ROWS, 80))
                .containsExactly(
                        "            accuracy   gain     time  top-5  parameters",
                        "Supervised     60.1%            0:42  94.2%       1.2 M",
                        "Fine-tuned     72.4%  +12.3     5:42  97.2%       1.2 M",
                        "Distilled      55.1%   -5.0  1:08:12  98.0%       313 k");
    }

    @Test
    void aNarrowTerminalKeepsAccuracyAndGain() {
        assertThat(ResultTable.lines(ROWS, 30))
                .containsExactly(
                        "            accuracy   gain",
                        "Supervised     60.1%",
                        "Fine-tuned     72.4%  +12.3",
                        "Distilled      55.1%   -5.0");
    }

    @Test
    void withoutABaselineThereIsNoGain() {
        assertThat(ResultTable.lines(ROWS.subList(1, 3), 80).get(0)).doesNotContain("gain");
    }

    @Test
    void topFiveIsLeftOutWhereItCannotBeWrong() {
        List<RunResult.Row> rows = List.of(new RunResult.Row("supervised", "Supervised", 0.6, 1, 0.1, 42, 950));

        assertThat(ResultTable.lines(rows, 80))
                .containsExactly("            accuracy  time  parameters", "Supervised     60.0%  0:42         950");
    }
}
