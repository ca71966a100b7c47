package io.halflight.nn;

import io.halflight.HalflightException;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Batch normalisation over dimension 1 of [N, C] or [N, C, H, W], with PyTorch's state names. Training mode normalises
 * by the batch and moves the running statistics, by a tenth unless {@link NormForm} says otherwise and not at all while
 * {@link StillStatistics} is open; evaluation mode
 * normalises by the running statistics and leaves them alone.
 *
 * <p>libtorch's own module always has a beta next to its gamma. The output of a SimCLR head is normalised without one,
 * so that the projections stay centred.
 */
public final class BatchNorm extends Module implements Layer {
    private final NormForm form;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final Tensor batches = torch.zeros(new long[0], torch.dtype(ScalarType.Long));
    private final TensorOptional gamma;
    private final TensorOptional beta;
    private final TensorOptional mean;
    private final TensorOptional var;
    private final TensorOptional none = new TensorOptional();
    private final Scalar one = new Scalar(1L);

    /** Both gamma = 1 and beta = 0. */
    public BatchNorm(int features) {
        this(features, true, 1);
    }

    /** Gamma 1, beta 0, and the paper's momentum and epsilon. */
    public BatchNorm(int features, NormForm form) {
        this(features, true, 1, form);
    }

    /**
     * @param shift whether there is a beta; without one the state has no {@code bias}
     * @param gain the first gamma; 0 silences the branch that ends here
     */
    public BatchNorm(int features, boolean shift, double gain) {
        this(features, shift, gain, NormForm.TORCH);
    }

    private BatchNorm(int features, boolean shift, double gain, NormForm form) {
        super("BatchNorm");
        this.form = form;
        Tensor weight = torch.full(new long[] {features}, new Scalar(gain), torch.dtype(ScalarType.Float));
        runningMean = torch.zeros(features);
        runningVar = torch.ones(features);
        register_parameter("weight", weight);
        gamma = new TensorOptional(weight);
        beta = new TensorOptional();
        if (shift) {
            Tensor bias = torch.zeros(features);
            register_parameter("bias", bias);
            beta.put(bias);
        }
        register_buffer("running_mean", runningMean);
        register_buffer("running_var", runningVar);
        register_buffer("num_batches_tracked", batches);
        mean = new TensorOptional(runningMean);
        var = new TensorOptional(runningVar);
    }

    /** gamma / sqrt(var + eps), [C]: what evaluation mode multiplies by. */
    Tensor scale() {
        return gamma.get().div(runningVar.add(new Scalar(form.eps())).sqrt_());
    }

    /** What evaluation mode adds, [C]. */
    Tensor shift(Tensor scale) {
        Tensor shift = runningMean.mul(scale).neg_();
        return beta.has_value() ? shift.add_(beta.get()) : shift;
    }

    /**
     * Normalises a batch.
     *
     * @throws HalflightException in training mode when a channel has one value only, as its variance would be zero
     */
    @Override
    public Tensor forward(Tensor x) {
        boolean training = is_training();
        if (training) {
            if (x.numel() <= x.size(1)) {
                throw HalflightException.usage("batch normalisation needs two or more values per channel to learn, got "
                        + x.numel() / x.size(1) + "; use a batch of 2 or more");
            }
            if (StillStatistics.isOpen()) {
                return torch.batch_norm(x, gamma, beta, none, none, true, form.momentum(), form.eps(), true);
            }
            batches.add_(one);
        }
        Tensor y = torch.batch_norm(x, gamma, beta, mean, var, training, form.momentum(), form.eps(), true);
        return training ? y : Trace.record(operation(), y, x);
    }

    private Operation operation() {
        Tensor shift = beta.has_value() ? beta.get() : null;
        return new Operation.Normalisation(gamma.get(), shift, runningMean, runningVar, form.eps());
    }
}
