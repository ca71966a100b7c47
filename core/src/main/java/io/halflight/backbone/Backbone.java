package io.halflight.backbone;

import io.halflight.nn.Layer;
import java.util.List;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/** An encoder f: pictures [N, C, H, W] to features h [N, d]. State names are torchvision's or timm's. */
public abstract class Backbone extends Module implements Layer {
    private final Noise noise;

    protected Backbone(String name) {
        this(name, Noise.NONE);
    }

    Backbone(String name, Noise noise) {
        super(name);
        this.noise = noise;
    }

    /** Width d of the features. */
    public abstract int features();

    /** Share of the features that an {@link ImageClassifier} on top drops while it learns; the encoder itself drops none. */
    public final double dropout() {
        return noise.dropout();
    }

    /** Whether two passes in training mode differ, because branches are dropped at random. */
    public final boolean random() {
        return noise.dropPath() > 0;
    }

    /** Every residual block's drop rate in training, in order. */
    List<Double> dropRates() {
        return List.of();
    }

    /**
     * Encodes a batch.
     *
     * @param x [N, C, H, W]
     * @return h [N, d]
     */
    @Override
    public abstract Tensor forward(Tensor x);
}
