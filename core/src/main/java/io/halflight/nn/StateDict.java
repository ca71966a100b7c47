package io.halflight.nn;

import io.halflight.HalflightException;
import io.halflight.torch.NativeTorch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.StringTensorDictItem;
import org.bytedeco.pytorch.Tensor;

/** A network's parameters and buffers by the names that PyTorch gives them. */
public final class StateDict {
    private static final int SHOWN = 8;

    static {
        NativeTorch.load();
    }

    private StateDict() {}

    /**
     * Live handles, parameters before buffers: writing to one changes the network. Each owns its reference, so it stays
     * valid when the module is gone; inside a PointerScope it ends with the scope.
     */
    public static Map<String, Tensor> of(Module module) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        try (StringTensorDict parameters = module.named_parameters()) {
            add(state, parameters);
        }
        try (StringTensorDict buffers = module.named_buffers()) {
            add(state, buffers);
        }
        return state;
    }

    /** As {@link #of(Module)}, every name with a prefix and a dot before it; with neither if the prefix is empty. */
    public static Map<String, Tensor> of(Module module, String prefix) {
        if (prefix.isEmpty()) {
            return of(module);
        }
        Map<String, Tensor> state = new LinkedHashMap<>();
        of(module).forEach((name, tensor) -> state.put(prefix + "." + name, tensor));
        return state;
    }

    private static void add(Map<String, Tensor> state, StringTensorDict dict) {
        for (long i = 0; i < dict.size(); i++) {
            StringTensorDictItem item = dict.get(i);
            Tensor value = item.value(); // points into the dictionary, which ends here: hence the copied handle
            if (value.defined()) {
                try (BytePointer key = item.key()) {
                    state.put(key.getString(), new Tensor(value));
                }
            }
        }
    }

    /**
     * Copies values by name, converting type and device. Nothing is copied unless everything fits.
     *
     * @param into live handles
     * @param from the same names and shapes
     * @throws HalflightException listing the names that are missing, unexpected or of another shape
     */
    public static void load(Map<String, Tensor> into, Map<String, Tensor> from) {
        check(into, from);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            into.forEach((name, tensor) -> tensor.copy_(from.get(name)));
        }
    }

    /** Makes one network's values equal to another's of the same architecture. */
    public static void copy(Module from, Module to) {
        try (PointerScope scope = new PointerScope()) {
            load(of(to), of(from));
        }
    }

    /** How many single values training may change. */
    public static long count(Module module) {
        try (PointerScope scope = new PointerScope()) {
            return of(module).values().stream()
                    .filter(Tensor::requires_grad)
                    .mapToLong(Tensor::numel)
                    .sum();
        }
    }

    private static void check(Map<String, Tensor> into, Map<String, Tensor> from) {
        List<String> faults = differences(into, from, SHOWN);
        if (!faults.isEmpty()) {
            throw HalflightException.run("the weights belong to another network: " + String.join("; ", faults)
                    + "; use the file written for this architecture");
        }
    }

    /**
     * What keeps the second state from being loaded into the first, in words: names that are missing, unexpected, of
     * another shape; nothing if it fits.
     *
     * @param shown names to list of each kind; the rest is counted
     */
    public static List<String> differences(Map<String, Tensor> into, Map<String, Tensor> from, int shown) {
        List<String> missing = new ArrayList<>(into.keySet());
        missing.removeAll(from.keySet());
        List<String> unexpected = new ArrayList<>(from.keySet());
        unexpected.removeAll(into.keySet());
        List<String> shapes = new ArrayList<>();
        into.forEach((name, tensor) -> {
            Tensor other = from.get(name);
            if (other != null && !Arrays.equals(tensor.shape(), other.shape())) {
                shapes.add("%s is %s, wanted %s"
                        .formatted(name, Arrays.toString(other.shape()), Arrays.toString(tensor.shape())));
            }
        });
        List<String> faults = new ArrayList<>();
        describe(faults, "missing", missing, shown);
        describe(faults, "unexpected", unexpected, shown);
        describe(faults, "of another shape", shapes, shown);
        return faults;
    }

    private static void describe(List<String> faults, String what, List<String> names, int shown) {
        if (names.isEmpty()) {
            return;
        }
        String rest = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        faults.add("%d %s (%s%s)"
                .formatted(
                        names.size(), what, String.join(", ", names.subList(0, Math.min(shown, names.size()))), rest));
    }
}
