package io.halflight.train;

/**
 * Where a run stands, for whoever shows it.
 *
 * @param stage the stage's name in the recipe
 * @param stageNumber 1-based
 * @param stageCount stages of the run
 * @param epoch 0-based epoch in progress
 * @param epochs epochs of the stage
 * @param step optimiser steps done in this stage
 * @param steps optimiser steps of this stage
 * @param loss running mean of the loss over the last steps; NaN before the first
 * @param picturesPerSecond views through the network a second, over the last steps
 * @param waiting share of the last steps' time spent waiting for data, 0 to 1
 * @param secondsLeft estimate for the whole run, all stages; NaN while unknown
 * @param expectedStart the loss of a network that knows nothing, to hold the loss against; NaN if there is none
 */
public record Progress(
        String stage,
        int stageNumber,
        int stageCount,
        int epoch,
        int epochs,
        long step,
        long steps,
        double loss,
        double picturesPerSecond,
        double waiting,
        double secondsLeft,
        double expectedStart) {}
