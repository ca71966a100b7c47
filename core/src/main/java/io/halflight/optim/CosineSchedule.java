package io.halflight.optim;

/**
 * Linear warm-up, then half a cosine (SimCLR's WarmUpAndCosineDecay): with W warm-up steps of T in total
 *
 * <pre>
 * peak * t / W                                    for t &lt; W
 * peak * (1 + cos(pi * (t - W) / (T - W))) / 2    for W &lt;= t &lt; T
 * 0                                               from T on
 * </pre>
 *
 * No restarts and no floor. Where W reaches T the run ends during its warm-up.
 *
 * @param peak from 0
 * @param warmupSteps W, from 0
 * @param totalSteps T, from 0
 */
public record CosineSchedule(double peak, long warmupSteps, long totalSteps) implements Schedule {
    public CosineSchedule {
        Schedule.check(peak, warmupSteps);
        if (totalSteps < 0) {
            throw new IllegalArgumentException("totalSteps must be at least 0, got " + totalSteps);
        }
    }

    @Override
    public double at(long step) {
        if (step >= totalSteps) {
            return 0;
        }
        if (step < warmupSteps) {
            return peak * step / warmupSteps;
        }
        return 0.5 * peak * (1 + Math.cos(Math.PI * (step - warmupSteps) / (totalSteps - warmupSteps)));
    }
}
