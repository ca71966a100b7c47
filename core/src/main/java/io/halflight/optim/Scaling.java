package io.halflight.optim;

/** How a peak learning rate follows from a base rate and the batch, counted in pictures, not in views. */
public enum Scaling {
    /** base * batch / 256. */
    LINEAR,
    /** base * sqrt(batch), better for small batches and short runs (SimCLR, arXiv 2002.05709, appendix B.1). */
    SQRT,
    /** The base rate is the peak. */
    NONE
}
