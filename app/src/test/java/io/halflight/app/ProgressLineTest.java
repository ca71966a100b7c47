package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.train.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressLineTest {
    private static final Progress HALFWAY =
            new Progress("pretrain", 1, 4, 11, 25, 469, 1000, 4.812, 1240.4, 0.004, 372, Double.NaN);

    @Test
    void aWideTerminalShowsEverything() {
        assertThat(ProgressLine.of(HALFWAY, 119, true))
                .isEqualTo("pretrain 1/4  ━━━━━━━━━━━───────────── 46%  epoch 12/25  loss 4.812"
                        + "  1,240 pictures/s  waiting 0%  6:12 left");
    }

    @Test
    void theLossStandsBesideThatOfANetworkThatKnowsNothing() {
        Progress p = new Progress("pretrain", 1, 4, 11, 25, 469, 1000, 4.812, 1240.4, 0.004, 372, Math.log(511));
        assertThat(ProgressLine.of(p, 119, true)).contains("  loss 4.812 from 6.236  ");
    }

    @Test
    void at60ColumnsRateAndWaitingGoFirst() {
        assertThat(ProgressLine.of(HALFWAY, 59, true))
                .isEqualTo("pretrain 1/4  ━━─── 46%  epoch 12/25  loss 4.812  6:12 left");
    }

    @Test
    void at30ColumnsStageShareAndTimeLeftRemain() {
        assertThat(ProgressLine.of(HALFWAY, 29, true)).isEqualTo("pretrain 1/4  46%  6:12 left");
    }

    @Test
    void aLongStageNameIsCutBeforeTheTimeLeftIs() {
        Progress p = new Progress("distill-into-the-small-student", 3, 4, 0, 9, 10, 1000, 1, 10, 0, 36_000, Double.NaN);

        assertThat(ProgressLine.of(p, 29, true)).isEqualTo("distil 3/4  1%  10:00:00 left");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9, 13, 20, 29, 30, 31, 45, 59, 60, 79, 80, 119, 120, 200})
    void noWidthIsEverExceeded(int width) {
        for (long step : new long[] {0, 1, 499, 1000}) {
            Progress p = new Progress("supervised", 4, 4, 24, 25, step, 1000, 123.456, 98765.4, 1, 5e5, Double.NaN);
            assertThat(ProgressLine.of(p, width, true).length()).isLessThanOrEqualTo(width);
            assertThat(ProgressLine.preparing("Reading the pictures", step, 1000, width, true)
                            .length())
                    .isLessThanOrEqualTo(width);
        }
    }

    @Test
    void withoutUnicodeTheBarIsAscii() {
        assertThat(ProgressLine.of(HALFWAY, 119, false))
                .contains("###########-------------")
                .matches("\\p{ASCII}+");
    }

    @Test
    void whatIsUnknownIsLeftOut() {
        Progress p = new Progress("pretrain", 1, 4, 0, 25, 0, 1000, Double.NaN, 0, 0, Double.NaN, Double.NaN);

        assertThat(ProgressLine.plain(p)).isEqualTo("pretrain 1/4  0%  epoch 1/25  0 pictures/s  waiting 0%");
    }

    @Test
    void aHundredPercentMeansDone() {
        Progress p = new Progress("pretrain", 1, 4, 24, 25, 9999, 10_000, 1, 1, 0, 1, Double.NaN);

        assertThat(ProgressLine.plain(p)).contains(" 99%").doesNotContain("100%");
    }

    @Test
    void preparationOfUnknownLengthHasNoBar() {
        assertThat(ProgressLine.preparing("Reading", 12_345, 0, 79, true)).isEqualTo("Reading  12,345");
        assertThat(ProgressLine.preparing("Reading", 30, 60, 26, true)).isEqualTo("Reading  ━━━━━─────  30/60");
    }
}
