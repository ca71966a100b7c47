package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    @ParameterizedTest
    @CsvSource({"0, 0:00", "41.6, 0:42", "59.6, 1:00", "372, 6:12", "3599.7, 1:00:00", "3753, 1:02:33", "-1, 0:00"})
    void durationsAreReadAsOnAClock(double seconds, String expected) {
        assertThat(Text.duration(seconds)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"950, 950", "12300, 12 k", "999499, 999 k", "999500, 1.0 M", "11173962, 11.2 M", "150000000, 150 M"})
    void parametersAreRounded(long n, String expected) {
        assertThat(Text.magnitude(n)).isEqualTo(expected);
    }

    @Test
    void textIsBrokenAtSpacesAndGoesOnIndented() {
        assertThat(Text.wrap("  one two three", 10)).containsExactly("  one two", "    three");
        assertThat(Text.wrap("short", 10)).containsExactly("short");
        assertThat(Text.wrap("a extraordinarily b", 8)).containsExactly("a", "  extraordinarily", "  b");
    }

    @Test
    void oneIsSingular() {
        assertThat(Text.count(1, "picture is", "pictures are")).isEqualTo("1 picture is");
        assertThat(Text.count(12_431, "picture", "pictures")).isEqualTo("12,431 pictures");
    }

    @Test
    void theWidthComesFromTheVariableOrElseFromTheTerminal() {
        assertThat(TerminalWidth.columns("132", "24 80\n")).isEqualTo(132);
        assertThat(TerminalWidth.columns(null, "24 97\n")).isEqualTo(97);
        assertThat(TerminalWidth.columns("wide", "0 0\n")).isZero();
        assertThat(TerminalWidth.columns(null, "")).isZero();
    }
}
