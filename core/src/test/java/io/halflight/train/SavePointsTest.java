package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SavePointsTest {
    @Test
    void anEpochsEndIsSavedAfter20SecondsAndALongEpochEveryFiveMinutes() {
        SavePoints points = new SavePoints(100); // a resumed stage counts from where it goes on
        assertThat(points.isDue(true, 119)).isFalse();
        assertThat(points.isDue(false, 120)).isFalse();
        assertThat(points.isDue(true, 120)).isTrue();
        assertThat(points.isDue(true, 139)).isFalse();
        assertThat(points.isDue(false, 419)).isFalse();
        assertThat(points.isDue(false, 420)).isTrue();
        assertThat(points.isDue(false, 719)).isFalse();
        assertThat(points.isDue(true, 719)).isTrue();
    }

    @Test
    void everyStepMayBeSaved() {
        System.setProperty(SavePoints.PROPERTY, "0");
        try {
            SavePoints points = new SavePoints(0);
            assertThat(points.isDue(false, 0)).isTrue();
            assertThat(points.isDue(false, 0)).isTrue();
        } finally {
            System.clearProperty(SavePoints.PROPERTY);
        }
    }
}
