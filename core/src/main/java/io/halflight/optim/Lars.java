package io.halflight.optim;

import io.halflight.optim.Parameter.Kind;
import io.halflight.torch.NativeTorch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Layer-wise adaptive rate scaling (arXiv 1708.03888) as SimCLR and BYOL run it. Per tensor w with gradient g:
 *
 * <pre>
 * g = g + weightDecay * w                    before the norms are taken
 * r = eta * ||w|| / ||g||                    1 if either norm is 0; no epsilon, no clipping
 * v = momentum * v + rate * r * g,  w = w - v           SimCLR
 * v = momentum * v + r * g,         w = w - rate * v    BYOL
 * </pre>
 *
 * <p>The two differ whenever the rate changes. Biases, normalisation parameters and supervised classifiers are neither
 * decayed nor adapted (r = 1), so they see a step about 1000 times larger relative to their size. Built after the network
 * is on its device, outside step scopes.
 */
public final class Lars implements Optimizer {
    /**
     * The numbers of LARS.
     *
     * @param momentum m, in [0, 1)
     * @param weightDecay from 0; SimCLR 1e-6, SimCLRv2 1e-4
     * @param eta trust coefficient, above 0
     * @param momentumAfterRate true for SimCLR's form, where momentum accumulates steps that the rate has scaled already;
     *     false for BYOL's, where the rate scales the accumulated momentum
     */
    public record Config(double momentum, double weightDecay, double eta, boolean momentumAfterRate) {
        public Config {
            Sgd.checkMomentum(momentum);
            Sgd.checkDecay(weightDecay);
            if (!(eta > 0) || Double.isInfinite(eta)) {
                throw new IllegalArgumentException("eta must be above 0, got " + eta);
            }
        }

        /** Momentum 0.9, eta 0.001, in SimCLR's form. */
        public static Config simclr(double weightDecay) {
            return new Config(0.9, weightDecay, 0.001, true);
        }

        /** Momentum 0.9, eta 0.001, in BYOL's form. */
        public static Config byol(double weightDecay) {
            return new Config(0.9, weightDecay, 0.001, false);
        }
    }

    static {
        NativeTorch.load();
    }

    private final List<Parameter> parameters;
    private final Config config;
    private final List<Tensor> momenta = new ArrayList<>();
    private final Scalar zero = new Scalar(0.0);
    private final Scalar momentum;
    private final Scalar weightDecay;
    private final Scalar eta;

    public Lars(List<Parameter> parameters, Config config) {
        this.parameters = List.copyOf(parameters);
        this.config = config;
        this.parameters.forEach(p -> momenta.add(Gradients.zeros(p)));
        momentum = new Scalar(config.momentum());
        weightDecay = new Scalar(config.weightDecay());
        eta = new Scalar(config.eta());
    }

    @Override
    public void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Scalar scale = new Scalar(config.momentumAfterRate() ? learningRate : 1.0);
            Scalar move = new Scalar(config.momentumAfterRate() ? -1.0 : -learningRate);
            List<Integer> adapted = new ArrayList<>();
            List<Tensor> gradients = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                Parameter p = parameters.get(i);
                Tensor g = p.tensor().grad();
                if (!g.defined()) {
                    continue;
                }
                if (p.kind() == Kind.WEIGHT) {
                    adapted.add(i);
                    gradients.add(config.weightDecay() == 0 ? g : g.add(p.tensor(), weightDecay));
                } else {
                    p.tensor().add_(momenta.get(i).mul_(momentum).add_(g, scale), move);
                }
            }
            if (adapted.isEmpty()) {
                return;
            }
            Tensor ratios = ratios(adapted, gradients); // [adapted]
            for (int k = 0; k < gradients.size(); k++) {
                Tensor v = momenta.get(adapted.get(k)).mul_(momentum);
                v.addcmul_(gradients.get(k), ratios.select(0, k), scale);
                parameters.get(adapted.get(k)).tensor().add_(v, move);
            }
        }
    }

    /** All trust ratios at once and on the device: one small kernel per operation instead of one per layer, no waiting. */
    private Tensor ratios(List<Integer> adapted, List<Tensor> gradients) {
        TensorVector weightNorms = new TensorVector();
        TensorVector gradientNorms = new TensorVector();
        for (int k = 0; k < gradients.size(); k++) {
            weightNorms.push_back(
                    torch.linalg_vector_norm(parameters.get(adapted.get(k)).tensor()));
            gradientNorms.push_back(torch.linalg_vector_norm(gradients.get(k)));
        }
        Tensor w = torch.stack(weightNorms);
        Tensor g = torch.stack(gradientNorms);
        Tensor usable = w.gt(zero).logical_and(g.gt(zero));
        return torch.where(usable, w.mul(eta).div(g), torch.ones_like(w));
    }

    @Override
    public void zeroGrad() {
        Gradients.forget(parameters);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        Gradients.putAll(state, "momentum", parameters, momenta);
        return state;
    }
}
