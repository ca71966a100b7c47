package io.halflight.torch;

import io.halflight.HalflightException;
import io.halflight.torch.RestrictedUnpickler.Constant;
import io.halflight.torch.RestrictedUnpickler.Tuple;
import io.halflight.torch.TensorPlace.Storage;
import io.halflight.torch.TensorPlace.StorageType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The closed list of names that a pickle may use, and what calling them means here: plain values that say where a
 * tensor lies. Every other name is refused where it is mentioned, before anything could be done with it.
 */
final class PickleCalls {
    private static final int MAX_TENSORS = 200_000;
    private static final int MAX_DIMENSIONS = 64;

    /** The names that may be called. */
    private enum Function {
        ORDERED_DICT("collections.OrderedDict"),
        TENSOR("torch._utils._rebuild_tensor_v2"),
        PARAMETER("torch._utils._rebuild_parameter"),
        PARAMETER_WITH_STATE("torch._utils._rebuild_parameter_with_state");

        final String global;

        Function(String global) {
            this.global = global;
        }
    }

    private static final Map<String, Object> GLOBALS = new HashMap<>();

    static {
        for (Function function : Function.values()) {
            GLOBALS.put(function.global, function);
        }
        for (StorageType type : StorageType.values()) {
            GLOBALS.put(type.global, type);
        }
    }

    private final PickleInput in;
    private int tensors;

    PickleCalls(PickleInput in) {
        this.in = in;
    }

    Object global(String module, String name) {
        String full = module + "." + name;
        Object known = GLOBALS.get(full);
        if (known != null) {
            return known;
        }
        String why = module.startsWith("torch") // other kinds of tensors are no attack
                ? "a kind of tensor or object that is not read here"
                : "which a file of weights has no use for";
        throw HalflightException.run("%s asks for %s, %s; nothing of it was run. Get the weights as safetensors."
                .formatted(in.file(), PickleInput.shown(full), why));
    }

    /** A persistent id: ('storage', type, key, device, count). The device no longer matters. */
    Storage storage(Object id) {
        if (id instanceof Tuple tuple
                && tuple.items.size() == 5
                && "storage".equals(tuple.items.get(0))
                && tuple.items.get(1) instanceof StorageType type
                && tuple.items.get(2) instanceof String key
                && tuple.items.get(4) instanceof Long count) {
            return new Storage(type, key, count);
        }
        throw in.damaged("describes a storage in an unknown way");
    }

    Object call(Object callee, Object values) {
        if (!(callee instanceof Function function) || !(values instanceof Tuple arguments)) {
            throw in.damaged("calls something that cannot be called");
        }
        return switch (function) {
            case ORDERED_DICT -> orderedDict(arguments.items);
            case TENSOR -> tensor(arguments.items);
            case PARAMETER, PARAMETER_WITH_STATE -> parameter(arguments.items);
        };
    }

    private Object orderedDict(List<Object> arguments) {
        if (!arguments.isEmpty()) {
            throw in.damaged("makes an OrderedDict with arguments");
        }
        return new LinkedHashMap<Object, Object>();
    }

    /** (storage, offset, sizes, strides, requires_grad, hooks, metadata); the last may ask to negate the values. */
    private Object tensor(List<Object> arguments) {
        if (arguments.size() < 6
                || arguments.size() > 7
                || !(arguments.get(0) instanceof Storage storage)
                || storage.type() == StorageType.UNTYPED
                || !(arguments.get(1) instanceof Long offset)) {
            throw in.damaged("describes a tensor in an unknown way");
        }
        if (arguments.size() == 7
                && arguments.get(6) != Constant.NONE
                && !(arguments.get(6) instanceof Map<?, ?> metadata && metadata.isEmpty())) {
            throw HalflightException.run(
                    "%s has a negated or conjugated view for a tensor, which is not read here: save a clone() of it"
                            .formatted(in.file()));
        }
        if (++tensors > MAX_TENSORS) { // three instructions may repeat one with many sizes
            throw in.damaged("has more than %d tensors".formatted(MAX_TENSORS));
        }
        return new TensorPlace(storage, offset, longs(arguments.get(2)), longs(arguments.get(3)));
    }

    private Object parameter(List<Object> arguments) {
        if (arguments.isEmpty() || !(arguments.get(0) instanceof TensorPlace place)) {
            throw in.damaged("has a parameter without a tensor");
        }
        return place;
    }

    private long[] longs(Object value) {
        if (!(value instanceof Tuple tuple)
                || tuple.items.size() > MAX_DIMENSIONS
                || !tuple.items.stream().allMatch(Long.class::isInstance)) {
            throw in.damaged(
                    "has a tensor whose sizes or strides are no tuple of at most %d numbers".formatted(MAX_DIMENSIONS));
        }
        return tuple.items.stream().mapToLong(Long.class::cast).toArray();
    }
}
