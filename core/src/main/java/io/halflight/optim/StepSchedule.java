package io.halflight.optim;

import java.util.List;

/**
 * Warm-up, then the peak, of which a tenth is left after each of some shares of the steps (S4L, arXiv 1905.03670, falls
 * after 0.7, 0.8 and 0.9). Shares are of all steps, the warm-up included.
 *
 * @param peak from 0
 * @param warmupSteps from 0
 * @param totalSteps from 1
 * @param shares rising, each above 0 and below 1
 */
public record StepSchedule(double peak, long warmupSteps, long totalSteps, List<Double> shares) implements Schedule {
    private static final double KEPT = 0.1;

    public StepSchedule {
        Schedule.check(peak, warmupSteps);
        Schedule.checkTotal(totalSteps);
        shares = List.copyOf(shares);
        double before = 0;
        for (double share : shares) {
            if (!(share > before && share < 1)) {
                throw new IllegalArgumentException("shares must rise and lie between 0 and 1, got " + shares);
            }
            before = share;
        }
    }

    @Override
    public double at(long step) {
        if (step < warmupSteps) {
            return peak * step / warmupSteps;
        }
        double done = (double) step / totalSteps;
        int falls = (int) shares.stream().filter(share -> done >= share).count();
        return peak * Math.pow(KEPT, falls);
    }
}
