package io.halflight.train;

import java.util.Map;

/**
 * What one step showed.
 *
 * @param views through the network
 * @param waiting seconds spent waiting for data
 * @param parts named figures of a logged step, empty otherwise
 */
record StepFigures(double loss, double learningRate, long views, double waiting, Map<String, Double> parts) {}
