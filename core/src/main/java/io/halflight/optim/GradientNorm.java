package io.halflight.optim;

import io.halflight.torch.NativeTorch;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** How large the gradients are. */
public final class GradientNorm {
    static {
        NativeTorch.load();
    }

    private GradientNorm() {}

    /**
     * The L2 norm of all gradients as one long vector: a scalar on the parameters' device, so nothing waits until it is
     * read. Parameters without a gradient count as zero. Called inside a scope.
     */
    public static Tensor of(List<Parameter> parameters) {
        try (NoGradGuard guard = new NoGradGuard()) {
            TensorVector norms = new TensorVector();
            for (Parameter parameter : parameters) {
                Tensor gradient = parameter.tensor().grad();
                if (gradient.defined()) {
                    norms.push_back(torch.linalg_vector_norm(gradient));
                }
            }
            return norms.empty() ? torch.zeros(new long[0]) : torch.linalg_vector_norm(torch.stack(norms));
        }
    }
}
