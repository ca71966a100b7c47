package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({"0.001672, 0.17 %", "0.005, 0.5 %", "0.0999, 10 %", "0.5, 50 %", "1, 100 %", "0.00000213, 0.00021 %"})
    void smallSharesKeepTwoDigits(double share, String text) {
        assertThat(Figures.smallPercent(share)).isEqualTo(text.replace(' ', '\u00a0'));
    }

    @ParameterizedTest
    @CsvSource({"0.132, +13.2", "-0.0204, \u22122.0", "0.0004, \u00b10.0", "NaN, \u2013"})
    void pointsCarryASign(double difference, String text) {
        assertThat(Figures.points(difference)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"4.2, 4.2 s", "41, 41 s", "372.2, 6 min 12 s", "3599.7, 1 h 00 min", "20000, 5 h 33 min", "NaN, \u2013"
    })
    void durationsUseTheUnitsOfPeople(double seconds, String text) {
        assertThat(Figures.duration(seconds)).isEqualTo(text.replace(' ', '\u00a0'));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "812, 812",
        "5.1, 5.1",
        "0.03125, 0.03125",
        "1234.56, 1235",
        "-2.5, \u22122.5",
        "1e-7, 1.00e\u221207"
    })
    void plainNumbersKeepFourDigits(double value, String text) {
        assertThat(Figures.plain(value)).isEqualTo(text);
    }

    @Test
    void keysBecomeWords() {
        assertThat(Figures.words("picturesPerSecond")).isEqualTo("pictures per second");
    }
}
