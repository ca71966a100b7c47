package io.halflight.optim;

import io.halflight.optim.Parameter.Kind;

/** Which parameters weight decay reaches. */
public enum Decay {
    /** Every one, as in UDA's code (arXiv 1904.12848) and wherever PyTorch's optimisers are left alone. */
    ALL,
    /** All but scales and shifts of normalisation layers, as in SimCLR's and Noisy Student's code. */
    NO_NORMS,
    /** Kernels of convolutions and linear layers, not their biases, as in FixMatch's and S4L's code. */
    KERNELS;

    boolean reaches(Kind kind) {
        return switch (this) {
            case ALL -> true;
            case NO_NORMS -> kind != Kind.NORM;
            case KERNELS -> kind == Kind.WEIGHT || kind == Kind.CLASSIFIER;
        };
    }
}
