package io.halflight.recipe;

import io.halflight.nn.ChannelsLast;
import io.halflight.train.Compute;
import org.bytedeco.pytorch.Module;

/** Brings networks to where they learn. */
final class Placement {
    private Placement() {}

    /** The module itself, on the training device and with its kernels in the layout that convolutions like. */
    static <M extends Module> M on(Compute compute, M module) {
        if (!compute.device().is_cpu()) {
            module.to(compute.device(), false);
        }
        ChannelsLast.convert(module);
        return module;
    }
}
