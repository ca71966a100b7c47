package io.halflight.backbone;

/** The numbers that decide a network; they tell its size without building it. */
public interface BackboneConfig {
    /** Width d of the features. */
    int features();

    /** Trainable numbers. */
    long parameters();

    /**
     * The network with fresh weights from torch's global generator, in training mode. Call
     * {@link io.halflight.torch.NativeTorch#load()} before the first one, outside any {@code PointerScope}, as
     * {@link Backbones#create} does.
     *
     * @param scale what the network does to its input first
     */
    Backbone build(InputScale scale);
}
