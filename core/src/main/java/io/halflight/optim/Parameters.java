package io.halflight.optim;

import io.halflight.optim.Parameter.Kind;
import io.halflight.torch.NativeTorch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.StringTensorDictItem;
import org.bytedeco.pytorch.Tensor;

/** Collects what a network lets an optimiser move. */
public final class Parameters {
    static {
        NativeTorch.load();
    }

    private Parameters() {}

    /**
     * The parameters with {@code requires_grad}, in the network's order.
     *
     * <p>The layer decides the kind, not the name alone: every parameter of a layer that keeps running statistics or whose
     * {@code weight} has one dimension is {@link Kind#NORM}, its bias included. Of the rest, names ending in {@code bias}
     * are {@link Kind#BIAS}.
     *
     * @param prefix put before each name, with a dot; may be empty
     * @param classifier whether the remaining weights are {@link Kind#CLASSIFIER} instead of {@link Kind#WEIGHT}
     */
    public static List<Parameter> of(Module root, String prefix, boolean classifier) {
        List<Parameter> parameters = new ArrayList<>();
        try (StringTensorDict named = root.named_parameters();
                StringTensorDict buffers = root.named_buffers()) {
            Set<String> norms = normLayers(named, buffers);
            for (long i = 0; i < named.size(); i++) {
                StringTensorDictItem item = named.get(i);
                Tensor value = item.value(); // points into the dictionary, so the record gets a handle of its own
                if (value.requires_grad()) {
                    String name = name(item);
                    Kind kind = kind(name, norms, classifier);
                    parameters.add(
                            new Parameter(prefix.isEmpty() ? name : prefix + "." + name, new Tensor(value), kind));
                }
            }
        }
        return parameters;
    }

    private static Set<String> normLayers(StringTensorDict named, StringTensorDict buffers) {
        Set<String> layers = new HashSet<>();
        for (long i = 0; i < buffers.size(); i++) {
            String name = name(buffers.get(i));
            if (local(name).equals("running_mean")) {
                layers.add(layer(name));
            }
        }
        for (long i = 0; i < named.size(); i++) {
            StringTensorDictItem item = named.get(i);
            String name = name(item);
            if (local(name).equals("weight") && item.value().dim() == 1) {
                layers.add(layer(name));
            }
        }
        return layers;
    }

    private static Kind kind(String name, Set<String> norms, boolean classifier) {
        if (norms.contains(layer(name))) {
            return Kind.NORM;
        }
        if (name.endsWith("bias")) {
            return Kind.BIAS;
        }
        return classifier ? Kind.CLASSIFIER : Kind.WEIGHT;
    }

    private static String name(StringTensorDictItem item) {
        try (BytePointer key = item.key()) {
            return key.getString();
        }
    }

    private static String layer(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }

    private static String local(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
