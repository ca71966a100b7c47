package io.halflight.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void scalesThePeakAsSimClrsTablesSay() {
        assertThat(Schedule.peak(0.3, 4096, Scaling.LINEAR)).isCloseTo(4.8, within(1e-12));
        assertThat(Schedule.peak(0.075, 4096, Scaling.SQRT)).isCloseTo(4.8, within(1e-12));
        assertThat(Schedule.peak(0.1, 4096, Scaling.SQRT)).isCloseTo(6.4, within(1e-12));
        assertThat(Schedule.peak(0.005, 1024, Scaling.SQRT)).isCloseTo(0.16, within(1e-12));
        assertThat(Schedule.peak(0.002, 1024, Scaling.SQRT)).isCloseTo(0.064, within(1e-12));
        assertThat(Schedule.peak(0.25, 4096, Scaling.NONE)).isEqualTo(0.25);
    }

    @Test
    void warmsUpFromZeroAndFollowsHalfACosine() {
        Schedule schedule = Schedule.cosine(2, 10, 110);
        assertThat(schedule.at(0)).isZero();
        assertThat(schedule.at(5)).isEqualTo(1);
        assertThat(schedule.at(10)).isEqualTo(2);
        assertThat(schedule.at(35)).isCloseTo(1 + Math.sqrt(0.5), within(1e-12));
        assertThat(schedule.at(60)).isCloseTo(1, within(1e-12));
        assertThat(schedule.at(109)).isGreaterThan(0).isLessThan(0.001);
        assertThat(schedule.at(110)).isZero();
        assertThat(schedule.at(1000)).isZero();
    }

    @Test
    void startsAtThePeakWithoutWarmUp() {
        assertThat(Schedule.cosine(2, 0, 10).at(0)).isEqualTo(2);
        assertThat(Schedule.constant(2, 0).at(0)).isEqualTo(2);
    }

    @Test
    void staysAtTheConstantAfterWarmUp() {
        Schedule schedule = Schedule.constant(2, 4);
        assertThat(schedule.at(0)).isZero();
        assertThat(schedule.at(1)).isEqualTo(0.5);
        assertThat(schedule.at(4)).isEqualTo(2);
        assertThat(schedule.at(1_000_000)).isEqualTo(2);
    }

    @Test
    void survivesARunThatIsAllWarmUp() {
        Schedule schedule = Schedule.cosine(2, 10, 5);
        assertThat(schedule.at(4)).isEqualTo(0.8);
        assertThat(schedule.at(5)).isZero();
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.cosine(Double.NaN, 0, 1))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.constant(-1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.constant(1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.cosine(1, 0, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> Schedule.peak(1, 0, Scaling.NONE));
    }
}
