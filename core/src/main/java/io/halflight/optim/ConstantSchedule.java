package io.halflight.optim;

/**
 * Linear warm-up to a rate that stays.
 *
 * @param peak from 0
 * @param warmupSteps from 0
 */
public record ConstantSchedule(double peak, long warmupSteps) implements Schedule {
    public ConstantSchedule {
        Schedule.check(peak, warmupSteps);
    }

    @Override
    public double at(long step) {
        return step < warmupSteps ? peak * step / warmupSteps : peak;
    }
}
