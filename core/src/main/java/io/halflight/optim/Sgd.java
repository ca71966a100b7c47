package io.halflight.optim;

import io.halflight.torch.NativeTorch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Stochastic gradient descent with momentum, as PyTorch computes it: v = momentum * v + g, then w = w - rate * v, or with
 * Nesterov w = w - rate * (g + momentum * v). Weight decay is added to g. Built after the network is on its device, outside
 * step scopes.
 */
public final class Sgd implements Optimizer {
    /**
     * The numbers of gradient descent.
     *
     * @param momentum in [0, 1)
     * @param nesterov look-ahead; needs momentum
     * @param weightDecay from 0
     * @param decay which parameters weight decay reaches
     */
    public record Config(double momentum, boolean nesterov, double weightDecay, Decay decay) {
        public Config {
            checkMomentum(momentum);
            checkDecay(weightDecay);
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException("nesterov needs a momentum above 0");
            }
        }

        /** Decays all but normalisation layers, biases too (SimCLR's code). */
        public Config(double momentum, boolean nesterov, double weightDecay) {
            this(momentum, nesterov, weightDecay, Decay.NO_NORMS);
        }
    }

    static {
        NativeTorch.load();
    }

    private final List<Parameter> parameters;
    private final Config config;
    private final List<Tensor> momenta = new ArrayList<>();
    private final Scalar momentum;
    private final Scalar weightDecay;

    public Sgd(List<Parameter> parameters, Config config) {
        this.parameters = List.copyOf(parameters);
        this.config = config;
        if (config.momentum() > 0) {
            this.parameters.forEach(p -> momenta.add(Gradients.zeros(p)));
        }
        momentum = new Scalar(config.momentum());
        weightDecay = new Scalar(config.weightDecay());
    }

    @Override
    public void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Scalar move = new Scalar(-learningRate);
            for (int i = 0; i < parameters.size(); i++) {
                Parameter p = parameters.get(i);
                Tensor g = p.tensor().grad();
                if (!g.defined()) {
                    continue;
                }
                if (config.weightDecay() != 0 && config.decay().reaches(p.kind())) {
                    g = g.add(p.tensor(), weightDecay);
                }
                p.tensor().add_(config.momentum() > 0 ? accelerated(momenta.get(i), g) : g, move);
            }
        }
    }

    private Tensor accelerated(Tensor v, Tensor g) {
        v.mul_(momentum).add_(g);
        return config.nesterov() ? g.add(v, momentum) : v;
    }

    @Override
    public void zeroGrad() {
        Gradients.forget(parameters);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        if (config.momentum() > 0) {
            Gradients.putAll(state, "momentum", parameters, momenta);
        }
        return state;
    }

    static void checkMomentum(double momentum) {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum must be in [0, 1), got " + momentum);
        }
    }

    static void checkDecay(double weightDecay) {
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weightDecay must be at least 0, got " + weightDecay);
        }
    }
}
