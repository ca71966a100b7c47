package io.halflight.train;

import io.halflight.torch.Precision;
import org.bytedeco.pytorch.Device;

/**
 * What a run computes with.
 *
 * @param device where networks and batches live
 * @param precision of the forward pass; weights and updates are always fp32
 * @param loaderThreads threads that decode and augment
 */
public record Compute(Device device, Precision precision, int loaderThreads) {}
