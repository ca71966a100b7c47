package io.halflight.backbone;

import io.halflight.nn.Layer;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/** An encoder f: pictures [N, C, H, W] to features h [N, d]. State names are torchvision's or timm's. */
public abstract class Backbone extends Module implements Layer {
    protected Backbone(String name) {
        super(name);
    }

    /** Width d of the features. */
    public abstract int features();

    /**
     * Encodes a batch.
     *
     * @param x [N, C, H, W]
     * @return h [N, d]
     */
    @Override
    public abstract Tensor forward(Tensor x);
}
