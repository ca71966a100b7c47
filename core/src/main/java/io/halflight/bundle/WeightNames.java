package io.halflight.bundle;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** By which name a network's state knows a layer's weights. */
final class WeightNames {
    private final Map<Long, String> names = new HashMap<>();

    /** Of live handles. */
    WeightNames(Map<String, Tensor> state) {
        state.forEach((name, tensor) -> names.put(place(tensor), name));
    }

    /** What stands before {@code .weight}: {@code layer1.0.conv1}. */
    String layer(Tensor weight) {
        String name = names.get(place(weight));
        if (name == null) {
            throw new IllegalArgumentException("the network uses a weight that its state does not have");
        }
        return name.substring(0, name.lastIndexOf('.'));
    }

    private static long place(Tensor tensor) {
        return tensor.unsafeGetTensorImpl().address();
    }
}
