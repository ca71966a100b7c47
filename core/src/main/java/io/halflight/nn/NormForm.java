package io.halflight.nn;

/** The two numbers of a batch normalisation in which the papers' code differs. */
public enum NormForm {
    /** PyTorch's defaults; also UDA, whose TensorFlow code keeps 0.9 of the running averages. */
    TORCH(0.1, 1e-5),

    /** TensorFlow's defaults, which keep 0.99: S4L, EfficientNet. */
    TENSORFLOW(0.01, 1e-3),

    /** FixMatch, MixMatch and Mean Teacher as in FixMatch's code, which keep 0.999. */
    FIXMATCH(0.001, 1e-3);

    private final double momentum;
    private final double eps;

    NormForm(double momentum, double eps) {
        this.momentum = momentum;
        this.eps = eps;
    }

    /** Share of the batch in the running averages after a step: PyTorch's meaning, one minus TensorFlow's. */
    double momentum() {
        return momentum;
    }

    /** Added to the variance. */
    double eps() {
        return eps;
    }
}
