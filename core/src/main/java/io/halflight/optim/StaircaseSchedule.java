package io.halflight.optim;

/**
 * Warm-up, then a rate that a factor shrinks again and again after equal numbers of steps (Noisy Student, arXiv
 * 1911.04252: 0.97 every 2.4 of 350 epochs). The count runs from the first step, through the warm-up, as in the authors'
 * code: there two falls have gone by before the rate first stands at what the warm-up leads to.
 *
 * @param peak from 0
 * @param warmupSteps from 0
 * @param totalSteps from 1
 * @param factor above 0, at most 1
 * @param every share of all steps between two falls, above 0, at most 1
 */
public record StaircaseSchedule(double peak, long warmupSteps, long totalSteps, double factor, double every)
        implements Schedule {
    public StaircaseSchedule {
        Schedule.check(peak, warmupSteps);
        Schedule.checkTotal(totalSteps);
        if (!(factor > 0 && factor <= 1)) {
            throw new IllegalArgumentException("the factor must be above 0 and at most 1, got " + factor);
        }
        if (!(every > 0 && every <= 1)) {
            throw new IllegalArgumentException(
                    "the share between two falls must be above 0 and at most 1, got " + every);
        }
    }

    @Override
    public double at(long step) {
        return step < warmupSteps
                ? peak * step / warmupSteps
                : peak * Math.pow(factor, Math.floor(step / (every * totalSteps)));
    }
}
