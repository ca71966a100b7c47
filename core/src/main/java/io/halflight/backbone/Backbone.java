package io.halflight.backbone;

import io.halflight.nn.Layer;
import java.util.List;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

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

    /** The network's parts in the order in which a picture meets them: the stem, then each group of blocks, then what follows. */
    protected abstract List<List<Module>> parts();

    /** How many parts there are, of which {@link #freeze} may fix all but one. */
    public final int partCount() {
        return parts().size();
    }

    /**
     * Fixes the first parts for good: their weights leave what is trained.
     *
     * @param parts 0 for none; 1 for the stem, 2 for the first group of blocks too, and so on
     * @throws IllegalArgumentException if the network has no more parts than that
     */
    public final void freeze(int parts) {
        if (parts < 0 || parts >= parts().size()) {
            throw new IllegalArgumentException(
                    "%d parts are to be frozen, but the network has %d, one of which has to learn"
                            .formatted(parts, parts().size()));
        }
        for (List<Module> part : parts().subList(0, parts)) {
            for (Module module : part) {
                TensorVector weights = module.parameters();
                for (long i = 0; i < weights.size(); i++) {
                    weights.get(i).set_requires_grad(false);
                }
            }
        }
    }

    /** Puts the first parts into evaluation mode: the running statistics of frozen layers do not move either. */
    public final void still(int parts) {
        parts().subList(0, parts).forEach(part -> part.forEach(Module::eval));
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
