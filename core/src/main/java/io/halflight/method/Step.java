package io.halflight.method;

/**
 * Where training stands.
 *
 * @param index number of optimiser steps done before this one
 * @param total steps of the whole stage
 * @param epoch passes over the leading stream done before this one
 * @param logged whether the log will read {@link Loss#parts} of this step; a method need not compute them otherwise
 */
public record Step(long index, long total, int epoch, boolean logged) {}
