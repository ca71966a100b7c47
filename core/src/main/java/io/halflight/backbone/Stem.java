package io.halflight.backbone;

/** What a ResNet does before its first block. */
public enum Stem {
    /** One 7x7 convolution of stride 2 and a 3x3 max pool of stride 2: a quarter of the side. */
    IMAGENET,
    /** Three 3x3 convolutions, the first of stride 2, and the max pool: ResNet-D (arXiv:1812.01187). */
    RESNET_D,
    /** One 3x3 convolution of stride 1 and no pool, for pictures of 32 pixels. */
    SMALL
}
