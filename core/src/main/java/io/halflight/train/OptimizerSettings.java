package io.halflight.train;

import io.halflight.optim.AdamW;
import io.halflight.optim.Lars;
import io.halflight.optim.Optimizer;
import io.halflight.optim.Parameter;
import io.halflight.optim.Scaling;
import io.halflight.optim.Schedule;
import io.halflight.optim.Sgd;
import java.util.List;

/**
 * How a stage's parameters move.
 *
 * @param name lars, lars_byol, sgd or adamw
 * @param learningRate base rate, above 0; see scaling
 * @param scaling how the base rate grows with the batch
 * @param momentum of lars and sgd, 0 to below 1
 * @param nesterov whether sgd looks ahead, as in SimCLR's code; without momentum it has no effect
 * @param weightDecay at least 0
 * @param warmup share of all steps during which the rate rises linearly from 0, 0 to 1
 */
public record OptimizerSettings(
        Name name,
        double learningRate,
        Scaling scaling,
        double momentum,
        boolean nesterov,
        double weightDecay,
        double warmup) {
    /** The optimisers at choice. */
    public enum Name {
        /** SimCLR's form: the rate is applied before the momentum. */
        LARS,
        /** BYOL's form: the rate is applied after it. */
        LARS_BYOL,
        SGD,
        ADAMW
    }

    /** The trust coefficient eta of all SimCLR and BYOL runs. */
    private static final double TRUST = 0.001;

    public OptimizerSettings {
        require(learningRate > 0, "learning_rate must be above 0, got " + learningRate);
        require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got " + momentum);
        require(weightDecay >= 0, "weight_decay must be at least 0, got " + weightDecay);
        require(warmup >= 0 && warmup <= 1, "warmup is a share of the steps in [0, 1], got " + warmup);
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
            case SGD -> new Sgd(parameters, new Sgd.Config(momentum, nesterov && momentum > 0, weightDecay));
            case ADAMW -> new AdamW(parameters, new AdamW.Config(0.9, 0.999, 1e-8, weightDecay));
        };
    }

    Schedule schedule(int batch, long totalSteps) {
        double peak = Schedule.peak(learningRate, batch, scaling);
        return Schedule.cosine(peak, Math.round(warmup * totalSteps), totalSteps);
    }
}
