package io.halflight.bundle;

import io.halflight.nn.Operation;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The operations of a network in ONNX's words, and the constants that they need. */
final class OnnxNodes {
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT64 = 7;

    private final WeightNames names;
    private final ProtoMessage graph = new ProtoMessage();
    private final Set<String> constants = new HashSet<>();

    OnnxNodes(WeightNames names) {
        this.names = names;
    }

    /** Fields 1 and 5 of a GraphProto. */
    ProtoMessage message() {
        return graph;
    }

    /** The number of a tensor's type in ONNX. */
    static int type(Tensor tensor) {
        ScalarType type = tensor.scalar_type().intern();
        return type == ScalarType.Byte ? UINT8 : type == ScalarType.Long ? INT64 : FLOAT;
    }

    /** One operation, as one node or two. */
    void add(Operation operation, List<String> in, String out) {
        String x = in.get(0);
        if (operation instanceof Operation.Unit) {
            node("Cast", List.of(x), out + "_float", integer("to", FLOAT));
            node("Div", List.of(out + "_float", floats(out + ".white", 255)), out);
        } else if (operation instanceof Operation.Standardise s) {
            node("Sub", List.of(x, perChannel(out + ".mean", s.mean())), out + "_centred");
            node("Div", List.of(out + "_centred", perChannel(out + ".deviation", s.deviation())), out);
        } else if (operation instanceof Operation.Convolution c) {
            long p = c.padding();
            ProtoMessage strides = integers("strides", c.stride(), c.stride());
            ProtoMessage pads = integers("pads", p, p, p, p);
            String layer = names.layer(c.owner());
            node("Conv", weighted(x, layer, c.weight(), c.bias()), out, strides, pads, integer("group", c.groups()));
        } else if (operation instanceof Operation.Normalisation n) {
            String layer = names.layer(n.weight());
            Tensor bias = n.bias() == null ? torch.zeros_like(n.mean()) : n.bias();
            List<String> inputs = weighted(x, layer, n.weight(), bias);
            inputs.add(constant(layer + ".running_mean", n.mean()));
            inputs.add(constant(layer + ".running_var", n.variance()));
            node("BatchNormalization", inputs, out, real("epsilon", n.eps()));
        } else if (operation instanceof Operation.Linear l) {
            List<String> inputs = weighted(x, names.layer(l.weight()), l.weight(), l.bias());
            node("Gemm", inputs, out, integer("transB", 1));
        } else if (operation instanceof Operation.LeakyRelu l) {
            node("LeakyRelu", in, out, real("alpha", l.slope()));
        } else if (operation instanceof Operation.Silu) {
            node("Sigmoid", in, out + "_gate");
            node("Mul", List.of(x, out + "_gate"), out);
        } else if (operation instanceof Operation.MaxPool p) {
            node("MaxPool", in, out, window(p.kernel(), p.stride(), p.padding()));
        } else if (operation instanceof Operation.MeanPool p) {
            node("AveragePool", in, out, window(p.kernel(), p.stride(), p.padding()));
        } else if (operation instanceof Operation.Pad p) {
            node("Pad", List.of(x, longs(out + ".pads", 0, 0, 0, 0, 0, 0, p.below(), p.right())), out);
        } else if (operation instanceof Operation.Crop c) {
            String from = longs(out + ".from", 1, 1);
            String to = longs(out + ".to", 1 + c.rows(), 1 + c.columns());
            node("Slice", List.of(x, from, to, longs(out + ".axes", 2, 3)), out);
        } else if (operation instanceof Operation.Mean m) {
            long[] axes = m.dimensions().stream().mapToLong(Long::longValue).toArray();
            node("ReduceMean", in, out, integers("axes", axes), integer("keepdims", m.keep() ? 1 : 0));
        } else if (operation instanceof Operation.Sum s) {
            node("ReduceSum", List.of(x, longs(out + ".axes", s.dimension())), out, integer("keepdims", 0));
        } else if (operation instanceof Operation.Reshape r) {
            List<Long> sizes = new ArrayList<>(List.of(-1L)); // as many pictures as there are
            sizes.addAll(r.sizes());
            long[] shape = sizes.stream().mapToLong(Long::longValue).toArray();
            node("Reshape", List.of(x, longs(out + ".shape", shape)), out);
        } else if (operation instanceof Operation.Softmax s) {
            node("Softmax", in, out, integer("axis", s.dimension()));
        } else {
            node(plain(operation), in, out);
        }
    }

    /** An operation without numbers. */
    private static String plain(Operation operation) {
        if (operation instanceof Operation.Relu) {
            return "Relu";
        } else if (operation instanceof Operation.Sigmoid) {
            return "Sigmoid";
        } else if (operation instanceof Operation.Add) {
            return "Add";
        } else if (operation instanceof Operation.Multiply) {
            return "Mul";
        }
        throw new IllegalStateException("no ONNX for " + operation);
    }

    private void node(String type, List<String> in, String out, ProtoMessage... attributes) {
        ProtoMessage node = new ProtoMessage();
        in.forEach(name -> node.text(1, name));
        node.text(2, out).text(3, out + "_" + type.toLowerCase(Locale.ROOT)).text(4, type);
        for (ProtoMessage attribute : attributes) {
            node.message(5, attribute);
        }
        graph.message(1, node);
    }

    private List<String> weighted(String x, String layer, Tensor weight, @Nullable Tensor bias) {
        List<String> inputs = new ArrayList<>(List.of(x, constant(layer + ".weight", weight)));
        if (bias != null) {
            inputs.add(constant(layer + ".bias", bias));
        }
        return inputs;
    }

    private String perChannel(String name, float[] values) {
        return constant(name, Tensors.floats(values, 1, values.length, 1, 1));
    }

    private String floats(String name, float... values) {
        return constant(name, Tensors.floats(values));
    }

    private String longs(String name, long... values) {
        return constant(name, Tensors.longs(values));
    }

    private String constant(String name, Tensor tensor) {
        if (constants.add(name)) {
            ProtoMessage message = new ProtoMessage();
            for (long size : tensor.shape()) {
                message.number(1, size);
            }
            graph.message(5, message.number(2, type(tensor)).text(8, name).values(9, tensor));
        }
        return name;
    }

    private static ProtoMessage[] window(long kernel, long stride, long padding) {
        return new ProtoMessage[] {
            integers("kernel_shape", kernel, kernel),
            integers("strides", stride, stride),
            integers("pads", padding, padding, padding, padding)
        };
    }

    private static ProtoMessage real(String name, double value) {
        return new ProtoMessage().text(1, name).real(2, value).number(20, 1);
    }

    private static ProtoMessage integer(String name, long value) {
        return new ProtoMessage().text(1, name).number(3, value).number(20, 2);
    }

    private static ProtoMessage integers(String name, long... values) {
        ProtoMessage attribute = new ProtoMessage().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, 7);
    }
}
