package io.halflight.bundle;

import io.halflight.nn.Graph;
import io.halflight.nn.Operation;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A network as the text of a TorchScript method, and the tensors that the text speaks of. */
final class ScriptSource {
    private final WeightNames names;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder("def forward(self, v0: Tensor) -> Tensor:\n");

    /** Value i of the graph becomes the variable {@code vi}. */
    ScriptSource(Graph graph, Map<String, Tensor> state) {
        names = new WeightNames(state);
        int number = 0;
        for (Graph.Step step : graph.steps()) {
            number++;
            List<String> in = step.inputs().stream().map(value -> "v" + value).toList();
            text.append("    v%d = %s\n".formatted(number, call(step.operation(), in, "v" + number)));
        }
        text.append("    return v%d\n".formatted(graph.output()));
    }

    String text() {
        return text.toString();
    }

    /** By attribute of {@code self}. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    private String call(Operation operation, List<String> in, String out) {
        String x = in.get(0);
        if (operation instanceof Operation.Unit) {
            return "torch.div(%s.to(6), 255.0)".formatted(x); // 6 is float32: this language has no names of types
        } else if (operation instanceof Operation.Standardise s) {
            String mean = tensor(out + "_mean", Tensors.floats(s.mean(), 1, s.mean().length, 1, 1));
            String deviation = tensor(out + "_deviation", Tensors.floats(s.deviation(), 1, s.deviation().length, 1, 1));
            return "torch.div(torch.sub(%s, %s), %s)".formatted(x, mean, deviation);
        } else if (operation instanceof Operation.Convolution c) {
            String weights = weights(names.layer(c.owner()), c.weight(), c.bias());
            String stride = square(c.stride());
            return "torch.conv2d(%s, %s, %s, %s, [1, 1], %d)"
                    .formatted(x, weights, stride, square(c.padding()), c.groups());
        } else if (operation instanceof Operation.Normalisation n) {
            String layer = names.layer(n.weight());
            String weights = weights(layer, n.weight(), n.bias());
            String mean = tensor(layer + ".running_mean", n.mean());
            String variance = tensor(layer + ".running_var", n.variance());
            return "torch.batch_norm(%s, %s, %s, %s, False, 0.0, %s, True)"
                    .formatted(x, weights, mean, variance, n.eps());
        } else if (operation instanceof Operation.Linear l) {
            return "torch.linear(%s, %s)".formatted(x, weights(names.layer(l.weight()), l.weight(), l.bias()));
        } else if (operation instanceof Operation.Relu) {
            return "torch.relu(%s)".formatted(x);
        } else if (operation instanceof Operation.LeakyRelu l) {
            return "torch.leaky_relu(%s, %s)".formatted(x, l.slope());
        } else if (operation instanceof Operation.Silu) {
            return "torch.silu(%s)".formatted(x);
        } else if (operation instanceof Operation.Sigmoid) {
            return "torch.sigmoid(%s)".formatted(x);
        } else if (operation instanceof Operation.Add) {
            return "torch.add(%s, %s)".formatted(x, in.get(1));
        } else if (operation instanceof Operation.Multiply) {
            return "torch.mul(%s, %s)".formatted(x, in.get(1));
        } else if (operation instanceof Operation.MaxPool p) {
            return "torch.max_pool2d(%s, %s, [1, 1], False)".formatted(x, window(p.kernel(), p.stride(), p.padding()));
        } else if (operation instanceof Operation.MeanPool p) {
            return "torch.avg_pool2d(%s, %s, False, False)".formatted(x, window(p.kernel(), p.stride(), p.padding()));
        } else if (operation instanceof Operation.Pad p) {
            return "torch.constant_pad_nd(%s, [0, %d, 0, %d], 0)".formatted(x, p.right(), p.below());
        } else if (operation instanceof Operation.Crop c) {
            return "torch.narrow(torch.narrow(%s, 2, 1, %d), 3, 1, %d)".formatted(x, c.rows(), c.columns());
        } else if (operation instanceof Operation.Mean m) {
            return "torch.mean(%s, %s, %s)".formatted(x, m.dimensions(), m.keep() ? "True" : "False");
        } else if (operation instanceof Operation.Sum s) {
            return "torch.sum(%s, [%d], False)".formatted(x, s.dimension());
        } else if (operation instanceof Operation.Reshape r) {
            String sizes = r.sizes().stream().map(String::valueOf).collect(Collectors.joining(", "));
            return "torch.reshape(%s, [-1, %s])".formatted(x, sizes); // as many pictures as there are
        } else if (operation instanceof Operation.Softmax s) {
            return "torch.softmax(%s, %d)".formatted(x, s.dimension());
        }
        throw new IllegalStateException("no TorchScript for " + operation);
    }

    private String weights(String layer, Tensor weight, @Nullable Tensor bias) {
        return tensor(layer + ".weight", weight) + ", " + (bias == null ? "None" : tensor(layer + ".bias", bias));
    }

    private String tensor(String name, Tensor tensor) {
        String attribute = name.replace('.', '_');
        tensors.put(attribute, tensor);
        return "self." + attribute;
    }

    private static String window(long kernel, long stride, long padding) {
        return square(kernel) + ", " + square(stride) + ", " + square(padding);
    }

    private static String square(long side) {
        return "[%d, %d]".formatted(side, side);
    }
}
