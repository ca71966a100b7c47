package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
    private static boolean[] answers(int right, int from, int n) {
        boolean[] answers = new boolean[n];
        for (int i = from; i < from + right; i++) {
            answers[i] = true;
        }
        return answers;
    }

    @Test
    void theIntervalIsThatOfTheNormalApproximationOnManyPictures() {
        // 700 and 740 of 1,000 right: 140 gained, 100 lost; variance of the mean difference (0.24 - 0.04^2) / 1000
        PairedBootstrap found = PairedBootstrap.of(answers(700, 0, 1000), answers(740, 100, 1000), 5);
        double half = 1.96 * Math.sqrt((0.24 - 0.0016) / 1000);

        assertThat(found.difference()).isCloseTo(0.04, within(1e-12));
        assertThat(found.low()).isCloseTo(0.04 - half, within(0.0025));
        assertThat(found.high()).isCloseTo(0.04 + half, within(0.0025));
        assertThat(found.pictures()).isEqualTo(1000);
        assertThat(found.isClear()).isTrue();
        assertThat(PairedBootstrap.of(answers(700, 0, 1000), answers(740, 100, 1000), 5))
                .isEqualTo(found);
    }

    @Test
    void whatDiffersByLuckIsNotClear() {
        PairedBootstrap luck = PairedBootstrap.of(answers(52, 0, 100), answers(50, 25, 100), 5);
        assertThat(luck.difference()).isCloseTo(-0.02, within(1e-12));
        assertThat(luck.isClear()).isFalse();
        PairedBootstrap same = PairedBootstrap.of(answers(5, 0, 9), answers(5, 0, 9), 5);
        assertThat(same).isEqualTo(new PairedBootstrap(0, 0, 0, 9));
        assertThat(same.isClear()).isFalse();
    }

    @Test
    void theTrueDifferenceIsInsideAboutNineteenTimesOfTwenty() {
        SplittableRandom random = new SplittableRandom(11);
        int inside = 0;
        for (int trial = 0; trial < 40; trial++) {
            boolean[] first = new boolean[200];
            boolean[] second = new boolean[200];
            for (int i = 0; i < 200; i++) {
                first[i] = random.nextDouble() < 0.7;
                second[i] = random.nextDouble() < 0.75; // independent: the true difference is 0.05
            }
            PairedBootstrap found = PairedBootstrap.of(first, second, trial);
            inside += found.low() <= 0.05 && found.high() >= 0.05 ? 1 : 0;
        }
        assertThat(inside).isBetween(33, 40);
    }

    @Test
    void differentPicturesAreRefused() {
        assertThatThrownBy(() -> PairedBootstrap.of(new boolean[3], new boolean[4], 1))
                .hasMessageContaining("3 and 4");
        assertThatThrownBy(() -> PairedBootstrap.of(new boolean[0], new boolean[0], 1))
                .hasMessageContaining("at least one");
    }
}
