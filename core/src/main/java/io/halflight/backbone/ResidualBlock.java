package io.halflight.backbone;

import io.halflight.nn.Layer;

/** A layer beside a shortcut. */
interface ResidualBlock extends Layer {
    /** Rate at which the branch is dropped in training; 0 where there is no shortcut to be left with. */
    double dropRate();
}
