package io.halflight.method;

import io.halflight.backbone.Backbone;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.optim.MovingAverage;
import io.halflight.optim.Parameter;
import io.halflight.optim.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * An encoder and the projection head on top of it.
 *
 * @param f pictures [N, C, H, W] to h [N, d]
 * @param g h to z [N, out]
 */
public record Tower(Backbone f, ProjectionHead g) {
    /** Features and their projections. */
    record Output(Tensor h, Tensor z) {}

    Output forward(Tensor x) {
        Tensor h = f.forward(x);
        return new Output(h, g.forward(h));
    }

    /**
     * A forward pass in groups, each normalised by its own batch statistics as if it were on a device of its own.
     *
     * @param x [N, C, H, W], N a multiple of groups
     */
    Output forward(Tensor x, int groups) {
        if (groups == 1) {
            return forward(x);
        }
        if (x.size(0) % groups != 0) {
            throw new IllegalArgumentException(
                    "a batch of " + x.size(0) + " cannot be cut into " + groups + " equal groups");
        }
        long each = x.size(0) / groups;
        TensorVector h = new TensorVector();
        TensorVector z = new TensorVector();
        for (int i = 0; i < groups; i++) {
            Output output = forward(x.narrow(0, i * each, each));
            h.push_back(output.h());
            z.push_back(output.z());
        }
        return new Output(torch.cat(h, 0), torch.cat(z, 0));
    }

    /** Names {@code encoder.*} and {@code head.*}, which later stages look for. */
    List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(Parameters.of(f, "encoder", false));
        parameters.addAll(Parameters.of(g, "head", false));
        return parameters;
    }

    /** {@link #parameters} and running statistics, each name behind the prefix. */
    Map<String, Tensor> state(String prefix) {
        Map<String, Tensor> state = new LinkedHashMap<>(StateDict.of(f, prefix + "encoder"));
        state.putAll(StateDict.of(g, prefix + "head"));
        return state;
    }

    void train(boolean training) {
        f.train(training);
        g.train(training);
    }

    /** The averages that make {@code target} follow this one: of encoder and of head. */
    List<MovingAverage> followedBy(Tower target) {
        return List.of(new MovingAverage(f, target.f), new MovingAverage(g, target.g));
    }
}
