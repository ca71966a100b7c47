package io.halflight.train;

import io.halflight.nn.Recompute;
import io.halflight.torch.Precision;
import org.bytedeco.pytorch.Device;

/**
 * What a run computes with.
 *
 * @param device where networks and batches live
 * @param precision of the forward pass; weights and updates are always fp32
 * @param loaderThreads threads that decode and augment
 * @param recompute which feature maps of a training step are computed again instead of kept
 */
public record Compute(Device device, Precision precision, int loaderThreads, Recompute.Extent recompute) {
    /** Keeps every feature map. */
    public Compute(Device device, Precision precision, int loaderThreads) {
        this(device, precision, loaderThreads, Recompute.Extent.NONE);
    }
}
