package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.recipe.CurveResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTableTest {
    private static CurveResult result(int seeds) {
        List<CurveResult.Point> points = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
            points.add(new CurveResult.Point(1, seed, "supervised", 0.30 + 0.02 * seed, ""));
            points.add(new CurveResult.Point(1, seed, "finetune", 0.524 + 0.1 * seed, ""));
            points.add(new CurveResult.Point(100, seed, "finetune", 0.724, ""));
        }
        return new CurveResult(
                List.of(1, 100),
                seeds,
                List.of(
                        new CurveResult.Method("supervised", "Supervised"),
                        new CurveResult.Method("finetune", "Fine-tuned")),
                points,
                false);
    }

    @Test
    void meansStandUnderTheirMethods() {
        assertThat(CurveTable.lines(result(3), 90, true))
                .containsExactly(
                        "labels  Supervised  Fine-tuned",
                        "     1   32.0 ±2.0  62.4 ±10.0",
                        "   100               72.4 ±0.0",
                        "Accuracy on the test pictures in percent; mean and standard deviation over 3 seeds.");
    }

    @Test
    void oneSeedHasNoDeviation() {
        assertThat(CurveTable.lines(result(1), 80, true))
                .containsExactly(
                        "labels  Supervised  Fine-tuned",
                        "     1        30.0        52.4",
                        "   100                    72.4",
                        "Accuracy on the test pictures in percent; 1 seed.");
    }

    @Test
    void aNarrowTerminalKeepsTheMethodsOnTheLeft() {
        List<String> lines = CurveTable.lines(result(3), 20, false);
        assertThat(lines.get(0)).isEqualTo("labels  Supervised");
        assertThat(lines.get(1)).isEqualTo("     1  32.0 +-2.0");
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(20));
    }
}
