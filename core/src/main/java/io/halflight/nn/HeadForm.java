package io.halflight.nn;

/** What stands between the dense layers of a projection head; the papers differ, and their numbers depend on it. */
public enum HeadForm {
    /**
     * SimCLR and SimCLRv2: no biases; batch normalisation after every layer, without beta after the last; ReLU between.
     */
    SIMCLR(false, true, false, true),

    /** BYOL's projector and predictor: bias, batch normalisation and ReLU between; the last layer is a bare product. */
    BYOL(true, true, false, false),

    /** MoCo v2: biases and ReLU, no normalisation anywhere. */
    MOCO(true, false, true, false);

    private final boolean innerBias;
    private final boolean innerNorm;
    private final boolean lastBias;
    private final boolean lastNorm;

    HeadForm(boolean innerBias, boolean innerNorm, boolean lastBias, boolean lastNorm) {
        this.innerBias = innerBias;
        this.innerNorm = innerNorm;
        this.lastBias = lastBias;
        this.lastNorm = lastNorm;
    }

    boolean bias(boolean last) {
        return last ? lastBias : innerBias;
    }

    boolean norm(boolean last) {
        return last ? lastNorm : innerNorm;
    }
}
