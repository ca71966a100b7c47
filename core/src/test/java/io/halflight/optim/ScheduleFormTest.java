package io.halflight.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleFormTest {
    @ParameterizedTest
    @CsvSource({"0, 0.03", "250, 0.0282463", "500, 0.0231903", "750, 0.0154231", "1000, 0.00585271"})
    void theSlowCosineIsUdas(long step, double rate) {
        assertThat(ScheduleForm.parse("cosine-7/16").of(0.03, 0, 1000).at(step)).isCloseTo(rate, within(5e-8));
    }

    @Test
    void theSlowCosineCountsThroughItsWarmUp() {
        Schedule schedule = ScheduleForm.parse("cosine-7/16").of(0.03, 250, 1000);
        assertThat(schedule.at(125)).isCloseTo(0.015, within(1e-12));
        assertThat(schedule.at(250)).isCloseTo(0.0282463, within(5e-8));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2, 0.8", "5, 2", "139, 2", "140, 0.2", "160, 0.02", "180, 0.002", "199, 0.002"})
    void stepsFallToATenthAtS4lsShares(long step, double rate) {
        assertThat(ScheduleForm.parse("steps 0.7 0.8 0.9").of(2, 5, 200).at(step))
                .isCloseTo(rate, within(1e-12));
    }

    @Test
    void theStaircaseCountsThroughItsWarmUpAsNoisyStudents() {
        // 350 epochs of 10 steps, 5 of warm-up, a fall every 2.4: two have gone by when it ends.
        Schedule schedule = new StaircaseSchedule(0.128, 50, 3500, 0.97, 2.4 / 350);
        assertThat(schedule.at(25)).isCloseTo(0.064, within(1e-12));
        assertThat(schedule.at(50)).isCloseTo(0.1204352, within(1e-7));
        assertThat(schedule.at(71)).isCloseTo(0.1204352, within(1e-7));
        assertThat(schedule.at(73)).isCloseTo(0.97 * 0.1204352, within(1e-7));
        assertThat(ScheduleForm.parse(" staircase  0.97 0.01 ").of(1, 0, 100).at(3))
                .isCloseTo(Math.pow(0.97, 3), within(1e-12));
    }

    @Test
    void plainNamesAreTheFormsThereWere() {
        assertThat(ScheduleForm.parse("cosine").of(2, 3, 10)).isEqualTo(Schedule.cosine(2, 3, 10));
        assertThat(ScheduleForm.parse("constant").of(2, 3, 10)).isEqualTo(Schedule.constant(2, 3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cosin | schedule is 'cosin', expected cosine, cosine-7/16, constant",
                "'' | schedule is ''",
                "cosine 0.5 | takes no numbers, got [0.5]",
                "steps | wants shares of the steps",
                "steps 0.7 half | and 'half' is no number",
                "steps 0.9 0.8 | must rise",
                "steps 70 80 | must rise and lie between 0 and 1",
                "staircase 0.97 | wants a factor and a share",
                "staircase 1.5 0.01 | the factor must be above 0 and at most 1, got 1.5",
                "staircase 0.97 0 | the share between two falls",
            })
    void badTextIsRefusedWithTheRemedy(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScheduleForm.parse(text))
                .withMessageContaining(message);
    }
}
