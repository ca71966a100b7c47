package io.halflight.backbone;

import io.halflight.nn.ConvInit;
import io.halflight.nn.NormForm;

/** What the papers' pre-activation networks differ in; their code was read where the papers are silent. */
enum PreActivationForm {
    /** UDA's WideResNet (arXiv:1904.12848): every shortcut takes the block's raw input. */
    UDA(true, NormForm.TORCH, 0, ConvInit.HE_FAN_OUT),

    /**
     * FixMatch's WideResNet (arXiv:2001.07685): leaky ReLU, and the first block of all hands its activated input to the
     * shortcut too. The biases of its convolutions are left out, as every path ends in a normalisation that takes them away.
     */
    FIXMATCH(true, NormForm.FIXMATCH, 0.1, ConvInit.HE_FAN_OUT),

    /** S4L's ResNet v2 (arXiv:1905.03670): projections take the activated input, other shortcuts the raw one. */
    S4L(false, NormForm.TENSORFLOW, 0, ConvInit.GLOROT);

    private final boolean wide;
    private final NormForm norm;
    private final double slope;
    private final ConvInit init;

    PreActivationForm(boolean wide, NormForm norm, double slope, ConvInit init) {
        this.wide = wide;
        this.norm = norm;
        this.slope = slope;
        this.init = init;
    }

    /** Whether it is a WideResNet: three groups from 16 channels on, instead of four from 64. */
    boolean wide() {
        return wide;
    }

    NormForm norm() {
        return norm;
    }

    /** What the ReLU leaves of negative values. */
    double slope() {
        return slope;
    }

    ConvInit init() {
        return init;
    }

    /** Whether a block's shortcut starts behind its first activation. */
    boolean activatedShortcut(boolean projected, boolean first) {
        return switch (this) {
            case UDA -> false;
            case FIXMATCH -> first;
            case S4L -> projected;
        };
    }
}
