package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictTest {
    @TempDir
    Path folder;

    private String verdict(int labelled, List<Map<String, Object>> rows) {
        new RunFolder(folder).run(List.of("a", "b", "c", "d"), labelled).results(rows, Map.of());
        return Verdict.of(RunData.read(folder)).text().replace('\u00a0', ' ');
    }

    @Test
    void aLossIsCalledALoss() {
        assertThat(verdict(
                        40,
                        List.of(
                                RunFolder.row("supervised", "Supervised", 0.8),
                                RunFolder.row("x", "Fine-tuned", 0.75))))
                .isEqualTo("With 10 labels per class, fine-tuning reached 75.0 % on 10,000 test pictures:"
                        + " 5.0 points below training on the same labels alone.");
    }

    @Test
    void aDifferenceWithinChanceIsSaidToBeOne() {
        assertThat(verdict(
                        4, List.of(RunFolder.row("supervised", "Supervised", 0.80), RunFolder.row("x", "Mine", 0.81))))
                .isEqualTo(
                        "With 1 label per class, \u201cMine\u201d reached 81.0 % on 10,000 test pictures:"
                                + " 1.0 point above training on the same labels alone, which is within the chance of this test set.");
    }

    @Test
    void equalAccuraciesAreTheSame() {
        assertThat(verdict(
                        41,
                        List.of(RunFolder.row("supervised", "Supervised", 0.8), RunFolder.row("x", "Distilled", 0.8))))
                .isEqualTo("With 41 labels, distillation reached 80.0 % on 10,000 test pictures,"
                        + " the same as training on the same labels alone.");
    }

    @Test
    void withoutABaselineNothingIsCompared() {
        assertThat(verdict(40, List.of(RunFolder.row("supervised", "Supervised", 0.8))))
                .isEqualTo("With 10 labels per class, supervised training reached 80.0 % on 10,000 test pictures.");
        assertThat(verdict(
                        40,
                        List.of(RunFolder.row("first", "Semi-supervised", 0.8), RunFolder.row("x", "Distilled", 0.9))))
                .isEqualTo("With 10 labels per class, distillation reached 90.0 % on 10,000 test pictures.");
    }

    /** 81 of 263, an example of Newcombe (1998), Statistics in Medicine 17, table I: 0.2553 to 0.3662. */
    @Test
    void theIntervalIsWilsons() {
        double[] interval = Verdict.interval(81 / 263.0, 263);
        assertThat(interval[0]).isCloseTo(0.2553, within(1e-4));
        assertThat(interval[1]).isCloseTo(0.3662, within(1e-4));
        assertThat(Verdict.interval(1, 50)[1]).isCloseTo(1, within(1e-12));
        assertThat(Verdict.interval(0.5, Double.NaN)).containsOnly(Double.NaN);
    }
}
