package io.halflight.method;

import io.halflight.augment.SimClrView;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.loss.CosineRegression;
import io.halflight.loss.NtXent;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.optim.MovingAverage;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * BYOL (arXiv:2006.07733): the online network predicts, from one view, how a slowly moving average of itself projects the
 * other view. There are no negatives; that it does not collapse rests on the predictor and on the average.
 *
 * <p>Four separate passes a step, all in training mode, so that batch statistics are those of one view; the target's
 * running statistics come from its own passes (the authors' code).
 */
public final class Byol implements Method {
    /**
     * Hyper-parameters.
     *
     * @param first views T, for both networks
     * @param second views T', for both networks
     * @param tauBase share that the target keeps at the first step, 0 to 1: 0.996 for 1000 epochs, 0.99 for 100 to 300
     * @param tauCosine whether that share rises to 1 on a cosine as in the paper, else it stays
     */
    public record Config(SimClrView.Config first, SimClrView.Config second, double tauBase, boolean tauCosine) {
        public Config {
            if (!(tauBase >= 0 && tauBase <= 1)) {
                throw new IllegalArgumentException("tau_base must be in [0, 1], got " + tauBase);
            }
        }
    }

    private final Tower theta;
    private final ProjectionHead q;
    private final Tower xi;
    private final List<MovingAverage> averages;
    private final Config config;

    /**
     * Trains the online tower and the predictor.
     *
     * @param theta online encoder f and projector g
     * @param q predictor, from and to the projector's width; of no layers for the ablation, which collapses
     * @param xi target of the same architecture as theta, with weights of its own to start from
     */
    public Byol(Tower theta, ProjectionHead q, Tower xi, Config config) {
        this.theta = theta;
        this.q = q;
        this.xi = xi;
        this.config = config;
        averages = theta.followedBy(xi);
    }

    @Override
    public ViewPolicy views() {
        return new ViewPolicy(List.of(), List.of(new SimClrView(config.first()), new SimClrView(config.second())));
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        Tensor v = batch.unlabelled().view(0); // [N, C, H, W]
        Tensor w = batch.unlabelled().view(1); // v' of the paper
        Tower.Output one = theta.forward(v);
        Tower.Output two = theta.forward(w);
        Tensor zPrime; // z' = g_xi(f_xi(v')) [N, 256]
        Tensor zTilde; // of v: the symmetric term
        try (NoGradGuard guard = new NoGradGuard()) {
            zTilde = xi.forward(v).z();
            zPrime = xi.forward(w).z();
        }
        Tensor loss = CosineRegression.loss(q.forward(one.z()), zPrime) // equation 2
                .add(CosineRegression.loss(q.forward(two.z()), zTilde));
        if (!step.logged()) {
            return new Loss(loss);
        }
        NtXent.Statistics statistics = NtXent.statistics(one.z().detach(), zPrime, 1);
        Map<String, Tensor> parts = Diagnostics.of(one.h(), one.z(), two.z());
        parts.put("positive", statistics.positive());
        parts.put("negative", statistics.negative());
        return new Loss(loss, parts);
    }

    @Override
    public void afterUpdate(Step step) {
        double tau = config.tauCosine()
                ? MovingAverage.cosineTau(config.tauBase(), step.index(), step.total())
                : config.tauBase();
        averages.forEach(average -> average.update(tau));
    }

    /** Two terms of 2 - 2 cos, each 2 while directions are unrelated. */
    @Override
    public double expectedStart(int batch) {
        return 4;
    }

    @Override
    public Trainable trainable() {
        List<Parameter> parameters = new ArrayList<>(theta.parameters());
        parameters.addAll(Parameters.of(q, "predictor", false));
        Map<String, Tensor> state = new LinkedHashMap<>(theta.state(""));
        state.putAll(StateDict.of(q, "predictor"));
        state.putAll(xi.state("target."));
        return new Trainable(parameters, state);
    }

    @Override
    public void train(boolean training) {
        theta.train(training);
        q.train(training);
        xi.train(training);
    }
}
