package io.halflight.train;

import io.halflight.optim.AdamW;
import io.halflight.optim.Decay;
import io.halflight.optim.Lars;
import io.halflight.optim.Optimizer;
import io.halflight.optim.Parameter;
import io.halflight.optim.RmsProp;
import io.halflight.optim.Scaling;
import io.halflight.optim.Schedule;
import io.halflight.optim.ScheduleForm;
import io.halflight.optim.Sgd;
import java.util.List;

/**
 * How a stage's parameters move.
 *
 * @param name lars, lars_byol, sgd, adamw or rmsprop
 * @param learningRate base rate, above 0; see scaling
 * @param scaling how the base rate grows with the batch
 * @param momentum of lars, sgd and rmsprop, 0 to below 1
 * @param nesterov whether sgd looks ahead, as in SimCLR's code; without momentum it has no effect
 * @param weightDecay at least 0
 * @param decay which parameters weight decay reaches; of lars and adamw never norms and biases
 * @param warmup share of all steps during which the rate rises linearly from 0, 0 to 1
 * @param schedule what the rate does then, see {@link ScheduleForm}
 */
public record OptimizerSettings(
        Name name,
        double learningRate,
        Scaling scaling,
        double momentum,
        boolean nesterov,
        double weightDecay,
        Decay decay,
        double warmup,
        String schedule) {
    /** The optimisers at choice. */
    public enum Name {
        /** SimCLR's form: the rate is applied before the momentum. */
        LARS,
        /** BYOL's form: the rate is applied after it. */
        LARS_BYOL,
        SGD,
        ADAMW,
        /** TensorFlow's form. */
        RMSPROP
    }

    /** The trust coefficient eta of all SimCLR and BYOL runs. */
    private static final double TRUST = 0.001;

    /** The memory and the eps of EfficientNets, far above the 1e-10 of other uses. */
    private static final double RHO = 0.9;

    private static final double RMS_EPS = 1e-3;

    public OptimizerSettings {
        require(learningRate > 0, "learning_rate must be above 0, got " + learningRate);
        require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got " + momentum);
        require(weightDecay >= 0, "weight_decay must be at least 0, got " + weightDecay);
        require(warmup >= 0 && warmup <= 1, "warmup is a share of the steps in [0, 1], got " + warmup);
        require(
                decay != Decay.ALL || name == Name.SGD || name == Name.RMSPROP,
                "decay: all goes with sgd and rmsprop; lars and adamw leave norms and biases alone");
        ScheduleForm.parse(schedule);
    }

    /** All but norms decay, and the rate follows half a cosine. */
    public OptimizerSettings(
            Name name,
            double learningRate,
            Scaling scaling,
            double momentum,
            boolean nesterov,
            double weightDecay,
            double warmup) {
        this(name, learningRate, scaling, momentum, nesterov, weightDecay, Decay.NO_NORMS, warmup, "cosine");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    Optimizer create(List<Parameter> parameters) {
        return switch (name) {
            case LARS -> new Lars(parameters, new Lars.Config(momentum, weightDecay, TRUST, true));
            case LARS_BYOL -> new Lars(parameters, new Lars.Config(momentum, weightDecay, TRUST, false));
            case SGD -> new Sgd(parameters, new Sgd.Config(momentum, nesterov && momentum > 0, weightDecay, decay));
            case RMSPROP -> new RmsProp(parameters, new RmsProp.Config(RHO, momentum, RMS_EPS, weightDecay, decay));
            case ADAMW -> new AdamW(parameters, new AdamW.Config(0.9, 0.999, 1e-8, weightDecay));
        };
    }

    Schedule schedule(int batch, long totalSteps) {
        double peak = Schedule.peak(learningRate, batch, scaling);
        return ScheduleForm.parse(schedule).of(peak, Math.round(warmup * totalSteps), totalSteps);
    }
}
