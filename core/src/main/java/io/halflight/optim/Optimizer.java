package io.halflight.optim;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Moves parameters along their gradients. Not thread-safe. */
public interface Optimizer {
    /** One update with the gradients that stand in the parameters; a parameter without one stays as it is. */
    void step(double learningRate);

    /** Forgets the gradients. */
    void zeroGrad();

    /** Live handles of every tensor that a resumed run needs (momenta, counters), by stable names. */
    Map<String, Tensor> state();
}
