package io.halflight.optim;

/**
 * The part of a cosine that UDA and FixMatch run down (arXiv 1904.12848 and 2001.07685, published code): after the
 * warm-up the rate of step t of T in total is
 *
 * <pre>peak * cos(7 pi t / (16 T))</pre>
 *
 * It ends at 0.195 of the peak, not at 0, and counts t from the first step, warm-up or not.
 *
 * @param peak from 0
 * @param warmupSteps from 0; neither paper has any
 * @param totalSteps T, from 1
 */
public record SlowCosineSchedule(double peak, long warmupSteps, long totalSteps) implements Schedule {
    public SlowCosineSchedule {
        Schedule.check(peak, warmupSteps);
        Schedule.checkTotal(totalSteps);
    }

    @Override
    public double at(long step) {
        return step < warmupSteps
                ? peak * step / warmupSteps
                : peak * Math.cos(7 * Math.PI * Math.min(step, totalSteps) / (16.0 * totalSteps));
    }
}
