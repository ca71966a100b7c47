package io.halflight.augment;

/** How colour jitter changes brightness; x is a value in [0, 1] and s the strength of the jitter. */
public enum Brightness {
    /** x times a factor from [max(0, 1 - 0.8s), 1 + 0.8s]: torchvision, and SimCLR's code since June 2020. */
    MULTIPLY,
    /** x plus a shift from [-0.8s, 0.8s]: SimCLR's first code, and BYOL. */
    ADD
}
