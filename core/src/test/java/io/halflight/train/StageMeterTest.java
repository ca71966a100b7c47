package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StageMeterTest {
    @Test
    void aClockThatJumpsOrStandsStillNeverShowsInTheProgress() {
        long seed = 11;
        Random random = new Random(seed);
        long[] clock = {1_000_000_000_000L};
        List<Progress> seen = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void progress(Progress progress) {
                seen.add(progress);
            }
        };
        StageMeter meter = new StageMeter("s", 1, 2, 10, 5, 5, listener, () -> clock[0]);
        meter.start(0, 1000, 100, 0);
        double before = 0;
        for (int i = 0; i < 1000; i++) {
            clock[0] += switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> -3_600_000_000_000L;
                case 2 -> 3_600_000_000_000L;
                default -> 50_000_000;
            };
            StepFigures figures = new StepFigures(1, 0.1, 64, 0.01, Map.of());
            meter.stepDone(figures, Double.NaN);
            assertThat(meter.seconds())
                    .as("seed %d, step %d", seed, i)
                    .isFinite()
                    .isGreaterThanOrEqualTo(before);
            before = meter.seconds();
            assertThat((Double) meter.line(0, i, figures).get("waiting")).isBetween(0.0, 1.0);
        }
        assertThat(seen).isNotEmpty().allSatisfy(p -> {
            assertThat(p.secondsLeft()).isFinite().isNotNegative();
            assertThat(p.picturesPerSecond()).isFinite().isNotNegative();
            assertThat(p.waiting()).isBetween(0.0, 1.0);
        });
    }
}
