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
import org.bytedeco.pytorch.global.torch;

/**
 * RMSProp as TensorFlow computes it and EfficientNets are trained (Noisy Student, arXiv 1911.04252, published code):
 *
 * <pre>
 * s = rho * s + (1 - rho) * g^2               s starts at 1
 * v = momentum * v + rate * g / sqrt(s + eps)
 * w = w - v
 * </pre>
 *
 * <p>PyTorch's form has eps outside the root, the rate outside the momentum and s from 0: with eps 0.001 and a rate that
 * changes that is another optimiser. Weight decay is added to g. Built after the network is on its device, outside step
 * scopes.
 */
public final class RmsProp implements Optimizer {
    /**
     * The numbers of RMSProp.
     *
     * @param rho memory of the square, in [0, 1); 0.9
     * @param momentum in [0, 1); 0.9
     * @param eps added to the square under the root, above 0; 0.001
     * @param weightDecay from 0
     * @param decay which parameters weight decay reaches
     */
    public record Config(double rho, double momentum, double eps, double weightDecay, Decay decay) {
        public Config {
            if (!(rho >= 0 && rho < 1)) {
                throw new IllegalArgumentException("rho must be in [0, 1), got " + rho);
            }
            Sgd.checkMomentum(momentum);
            Sgd.checkDecay(weightDecay);
            if (!(eps > 0) || Double.isInfinite(eps)) {
                throw new IllegalArgumentException("eps must be above 0, got " + eps);
            }
        }
    }

    static {
        NativeTorch.load();
    }

    private final List<Parameter> parameters;
    private final Config config;
    private final List<Tensor> squares = new ArrayList<>();
    private final List<Tensor> momenta = new ArrayList<>();
    private final Scalar rho;
    private final Scalar newSquare;
    private final Scalar momentum;
    private final Scalar eps;
    private final Scalar weightDecay;

    public RmsProp(List<Parameter> parameters, Config config) {
        this.parameters = List.copyOf(parameters);
        this.config = config;
        try (NoGradGuard guard = new NoGradGuard()) {
            for (Parameter p : this.parameters) {
                squares.add(torch.ones_like(p.tensor()));
                momenta.add(Gradients.zeros(p));
            }
        }
        rho = new Scalar(config.rho());
        newSquare = new Scalar(1 - config.rho());
        momentum = new Scalar(config.momentum());
        eps = new Scalar(config.eps());
        weightDecay = new Scalar(config.weightDecay());
    }

    @Override
    public void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Scalar rate = new Scalar(learningRate);
            for (int i = 0; i < parameters.size(); i++) {
                Parameter p = parameters.get(i);
                Tensor g = p.tensor().grad();
                if (!g.defined()) {
                    continue;
                }
                if (config.weightDecay() != 0 && config.decay().reaches(p.kind())) {
                    g = g.add(p.tensor(), weightDecay);
                }
                Tensor s = squares.get(i).mul_(rho).addcmul_(g, g, newSquare);
                Tensor v = momenta.get(i).mul_(momentum).addcdiv_(g, s.add(eps).sqrt_(), rate);
                p.tensor().sub_(v);
            }
        }
    }

    @Override
    public void zeroGrad() {
        Gradients.forget(parameters);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        Gradients.putAll(state, "square", parameters, squares);
        Gradients.putAll(state, "momentum", parameters, momenta);
        return state;
    }
}
