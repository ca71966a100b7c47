package io.halflight.eval;

import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What {@link LinearProbe#fit} minimises, as a function of W [K, d], row by row, and then b [K]. Matrix products are in
 * float32; likelihoods and sums over rows in float64, or a line search would end in the rounding of the loss.
 */
final class SoftmaxRegression implements Lbfgs.Objective {
    private static final int ROWS = 8192;

    private final Tensor x; // [n, d]
    private final Tensor targets; // [n]
    private final int classes;
    private final double l2;

    /** Over standardised float32 features [n, d] and int64 labels [n], on one device. */
    SoftmaxRegression(Tensor x, Tensor targets, int classes, double l2) {
        this.x = x;
        this.targets = targets;
        this.classes = classes;
        this.l2 = l2;
    }

    @Override
    public double at(double[] parameters, double[] gradient) {
        long n = x.size(0);
        int weights = classes * (int) x.size(1);
        double value = 0;
        Arrays.fill(gradient, 0);
        float[] rounded = new float[parameters.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) parameters[i];
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor all = Tensors.floats(rounded).to(x.device(), ScalarType.Float);
            Tensor w = all.narrow(0, 0, weights).view(classes, x.size(1));
            Tensor b = all.narrow(0, weights, classes);
            for (long from = 0; from < n; from += ROWS) {
                try (PointerScope block = new PointerScope()) {
                    long rows = Math.min(ROWS, n - from);
                    Tensor seen = x.narrow(0, from, rows); // [B, d]
                    Tensor labels = targets.narrow(0, from, rows); // [B]
                    Tensor logs = b.addmm(seen, w.t()).to(ScalarType.Double).log_softmax(1); // [B, K]
                    value -= logs.gather(1, labels.unsqueeze(1)).sum().item_double();
                    Tensor error = error(logs.exp_(), labels); // [B, K]
                    accumulate(gradient, 0, weightGradient(seen, error.to(ScalarType.Float)));
                    accumulate(gradient, weights, error.sum(0));
                }
            }
        }
        double squares = 0;
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= n;
            if (i < weights) { // the bias is not penalised
                gradient[i] += l2 * parameters[i];
                squares += parameters[i] * parameters[i];
            }
        }
        return value / n + 0.5 * l2 * squares;
    }

    /**
     * Probabilities [B, K] less one at the label: the gradient of the cross-entropy with respect to the logits. Writes
     * over its argument.
     */
    static Tensor error(Tensor probabilities, Tensor labels) {
        Tensor places = labels.unsqueeze(1); // [B, 1]
        Tensor minusOne = torch.ones_like(places).neg().to(probabilities.scalar_type());
        return probabilities.scatter_add_(1, places, minusOne);
    }

    /**
     * From rows [B, d] and their errors [B, K], [K, d]. Written as the transpose of a product of the large matrix: with
     * two threads on busy cores, OpenBLAS took 25 times as long for the direct product of 10 by 8192 by 512.
     */
    static Tensor weightGradient(Tensor rows, Tensor errors) {
        return rows.t().mm(errors).t();
    }

    private static void accumulate(double[] into, int offset, Tensor part) {
        float[] values = Tensors.toFloats(part);
        for (int i = 0; i < values.length; i++) {
            into[offset + i] += values[i];
        }
    }
}
