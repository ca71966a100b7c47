package io.halflight.backbone;

/** Which shortcuts of a ResNet carry a projection (1x1 convolution and batch normalisation). */
public enum Shortcuts {
    /** The first of every group, also where the shape stays: SimCLR, BYOL. ResNet-18 has four. */
    SIMCLR,
    /** Only where channels or size change: torchvision. ResNet-18 has three. */
    TORCHVISION
}
