package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {
    @ParameterizedTest
    @CsvSource({"4.21, 5.6, 4, 6", "0, 812, 0, 1000", "-0.3, 0.2, -0.4, 0.2", "0.061, 2.04, 0, 2.5", "0, 0, 0, 1"})
    void roundAxesEndOnFullSteps(double low, double high, double from, double to) {
        Scale scale = Scale.round(low, high);
        assertThat(scale.low()).isCloseTo(from, within(1e-9));
        assertThat(scale.high()).isCloseTo(to, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"0.42, 5.3, 0.2, 10", "1, 1, 1, 2", "20, 900, 20, 1000"})
    void logarithmicAxesEndOnOneTwoOrFive(double low, double high, double from, double to) {
        Scale scale = Scale.logarithmic(low, high);
        assertThat(scale.logarithmic()).isTrue();
        assertThat(scale.low()).isCloseTo(from, within(1e-9));
        assertThat(scale.high()).isCloseTo(to, within(1e-9));
    }

    @Test
    void valuesMapToShares() {
        assertThat(Scale.exact(10, 30).at(15)).isEqualTo(0.25);
        assertThat(Scale.logarithmic(1, 100).at(10)).isCloseTo(0.5, within(1e-12));
        assertThat(Scale.logarithmic(0, 100).logarithmic()).isFalse();
    }

    @Test
    void ticksAreRoundAndInside() {
        assertThat(Scale.exact(0, 42.3).ticks(6)).containsExactly(0.0, 10.0, 20.0, 30.0, 40.0);
        assertThat(Scale.logarithmic(0.42, 5.3).ticks(5)).hasSize(6).first().isEqualTo(0.2);
        assertThat(Scale.logarithmic(1e-3, 1e4).ticks(5)).hasSize(8);
    }

    @ParameterizedTest
    @CsvSource({
        "2.3020, 2.3032, 2.3022, 2.3022",
        "0, 2000, 1500, '1,500'",
        "-1, 1, -1e-17, 0.0",
        "-1, 1, -0.5, \u22120.5"
    })
    void ticksHaveTheDecimalsThatTellThemApart(double low, double high, double tick, String text) {
        assertThat(Scale.exact(low, high).text(tick, 5)).isEqualTo(text);
    }

    @Test
    void endsThatAreNotNumbersStillMakeAnAxis() {
        Scale scale = Scale.round(Double.NaN, Double.POSITIVE_INFINITY);
        assertThat(scale.at(0.5)).isEqualTo(0.5);
    }
}
