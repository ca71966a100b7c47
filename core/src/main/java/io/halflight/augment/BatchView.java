package io.halflight.augment;

import io.halflight.data.DrawnTransform;
import org.bytedeco.pytorch.Tensor;

/**
 * A view that a device can make for a whole batch, with a number of tensor operations that does not depend on the number
 * of pictures. It shows what {@link #apply} paints from the same draws, to a 100th of a grey level; views in whole levels
 * may miss one where a resized value is rounded, see {@link StrongView}.
 */
public interface BatchView extends DrawnTransform {
    /**
     * Carries out what was drawn. Neither gradients nor the engine's random numbers are involved.
     *
     * @param pixels uint8 [n, C, H, W] on any device; a smaller picture lies in the upper left corner, and what is beside
     *     it does not matter
     * @param draws what {@link #draw} wrote, picture after picture
     * @return float32 [n, {@link #channels}, {@link #height}, {@link #width}] in [0, 1] on that device
     */
    Tensor paint(Tensor pixels, float[] draws);
}
