package io.halflight.optim;

/** A learning rate by optimiser step. Steps count from 0, and every warm-up starts at a rate of exactly 0. */
public sealed interface Schedule
        permits CosineSchedule, ConstantSchedule, SlowCosineSchedule, StepSchedule, StaircaseSchedule {
    /** The rate of one step. */
    double at(long step);

    /** Warm-up, then half a cosine down to 0. */
    static Schedule cosine(double peak, long warmupSteps, long totalSteps) {
        return new CosineSchedule(peak, warmupSteps, totalSteps);
    }

    /** Warm-up, then the peak for ever. */
    static Schedule constant(double peak, long warmupSteps) {
        return new ConstantSchedule(peak, warmupSteps);
    }

    /** The peak rate of a batch of so many pictures. */
    static double peak(double base, int batch, Scaling scaling) {
        if (batch < 1) {
            throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        }
        return switch (scaling) {
            case LINEAR -> base * batch / 256;
            case SQRT -> base * Math.sqrt(batch);
            case NONE -> base;
        };
    }

    /** What every schedule asks of its first two numbers. */
    static void check(double peak, long warmupSteps) {
        if (!(peak >= 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("peak must be a number from 0, got " + peak);
        }
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("warmupSteps must be at least 0, got " + warmupSteps);
        }
    }

    /** What schedules ask that run through shares of all steps. */
    static void checkTotal(long totalSteps) {
        if (totalSteps < 1) {
            throw new IllegalArgumentException("totalSteps must be at least 1, got " + totalSteps);
        }
    }
}
