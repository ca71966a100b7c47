package io.halflight.optim;

import io.halflight.optim.Parameter.Kind;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam with decoupled weight decay (arXiv 1711.05101, algorithm 2), as PyTorch computes it. Weights and classifiers are
 * decayed; biases and normalisation parameters are not. One count of updates corrects the bias of all moments. Built after
 * the network is on its device, outside step scopes.
 */
public final class AdamW implements Optimizer {
    /**
     * The numbers of AdamW.
     *
     * @param beta1 memory of the mean, in [0, 1); 0.9
     * @param beta2 memory of the square, in [0, 1); 0.999
     * @param eps added to the root of the square, above 0; 1e-8
     * @param weightDecay from 0, multiplied by the rate
     */
    public record Config(double beta1, double beta2, double eps, double weightDecay) {
        public Config {
            checkBeta("beta1", beta1);
            checkBeta("beta2", beta2);
            Sgd.checkDecay(weightDecay);
            if (!(eps > 0) || Double.isInfinite(eps)) {
                throw new IllegalArgumentException("eps must be above 0, got " + eps);
            }
        }

        private static void checkBeta(String name, double beta) {
            if (!(beta >= 0 && beta < 1)) {
                throw new IllegalArgumentException(name + " must be in [0, 1), got " + beta);
            }
        }
    }

    static {
        NativeTorch.load();
    }

    private final List<Parameter> parameters;
    private final Config config;
    private final List<Tensor> means = new ArrayList<>();
    private final List<Tensor> squares = new ArrayList<>();
    private final Tensor updates = Tensors.longs(new long[1]); // on the CPU, so that reading it waits for nothing
    private final Scalar one = new Scalar(1L);
    private final Scalar newMean;
    private final Scalar beta2;
    private final Scalar newSquare;
    private final Scalar eps;

    public AdamW(List<Parameter> parameters, Config config) {
        this.parameters = List.copyOf(parameters);
        this.config = config;
        for (Parameter p : this.parameters) {
            means.add(Gradients.zeros(p));
            squares.add(Gradients.zeros(p));
        }
        newMean = new Scalar(1 - config.beta1());
        beta2 = new Scalar(config.beta2());
        newSquare = new Scalar(1 - config.beta2());
        eps = new Scalar(config.eps());
    }

    @Override
    public void step(double learningRate) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            double t = updates.add_(one).item_long();
            Scalar keep = new Scalar(1 - learningRate * config.weightDecay());
            Scalar root = new Scalar(Math.sqrt(1 - Math.pow(config.beta2(), t)));
            Scalar move = new Scalar(-learningRate / (1 - Math.pow(config.beta1(), t)));
            for (int i = 0; i < parameters.size(); i++) {
                Parameter p = parameters.get(i);
                Tensor w = p.tensor();
                Tensor g = w.grad();
                if (!g.defined()) {
                    continue;
                }
                if (config.weightDecay() != 0 && (p.kind() == Kind.WEIGHT || p.kind() == Kind.CLASSIFIER)) {
                    w.mul_(keep);
                }
                means.get(i).lerp_(g, newMean);
                squares.get(i).mul_(beta2).addcmul_(g, g, newSquare);
                w.addcdiv_(means.get(i), squares.get(i).sqrt().div_(root).add_(eps), move);
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
        Gradients.putAll(state, "momentum", parameters, means);
        Gradients.putAll(state, "square", parameters, squares);
        state.put("updates", updates);
        return state;
    }
}
