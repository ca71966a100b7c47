package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.halflight.HalflightException;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BatchNorm1dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class StateDictTest {
    static {
        NativeTorch.load();
    }

    private static final class Net extends Module {
        private final LinearImpl linear;
        private final BatchNorm1dImpl norm;

        Net(long outputs) {
            super("Net");
            linear = register_module("fc", new LinearImpl(3, outputs));
            norm = register_module("bn", new BatchNorm1dImpl(new BatchNormOptions(outputs)));
        }
    }

    private final Net net = new Net(2);

    @Test
    void namesParametersThenBuffersAsPyTorchDoes() {
        assertThat(StateDict.of(net).keySet())
                .containsExactly(
                        "fc.weight",
                        "fc.bias",
                        "bn.weight",
                        "bn.bias",
                        "bn.running_mean",
                        "bn.running_var",
                        "bn.num_batches_tracked");
        assertThat(StateDict.of(net, "encoder"))
                .containsKey("encoder.bn.running_mean")
                .hasSize(7);
        assertThat(StateDict.of(net, "")).containsKey("bn.running_mean");
    }

    @Test
    void handsOutLiveHandles() {
        Map<String, Tensor> state = StateDict.of(net);
        try (NoGradGuard guard = new NoGradGuard()) {
            state.get("fc.bias").fill_(new Scalar(5.0));
        }
        assertThat(Tensors.toFloats(net.linear.bias())).containsOnly(5);
        assertThat(state.get("fc.weight").requires_grad()).isTrue();
        assertThat(state.get("bn.running_mean").requires_grad()).isFalse();
    }

    @Test
    void outlivesNothingInsideAScope() {
        long before = Pointer.totalCount();
        for (int i = 0; i < 20; i++) {
            try (PointerScope scope = new PointerScope()) {
                StateDict.of(net);
            }
            StateDict.count(net);
        }
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    @Test
    void copiesValuesAcrossTypes() {
        Map<String, Tensor> halves = new LinkedHashMap<>();
        StateDict.of(new Net(2))
                .forEach((name, tensor) ->
                        halves.put(name, tensor.detach().fill_(new Scalar(1.5)).to(ScalarType.BFloat16)));
        StateDict.load(StateDict.of(net), halves);

        assertThat(Tensors.toFloats(net.linear.weight())).containsOnly(1.5f);
        assertThat(net.linear.weight().scalar_type().intern()).isEqualTo(ScalarType.Float);
        assertThat(net.linear.weight().requires_grad()).isTrue();
        assertThat(Tensors.toLongs(net.norm.num_batches_tracked())).containsExactly(1);
    }

    @Test
    void makesTwoNetworksEqual() {
        Net other = new Net(2);
        assertThat(other.linear.weight().equal(net.linear.weight())).isFalse();
        StateDict.copy(net, other);
        StateDict.of(net)
                .forEach((name, tensor) -> assertThat(
                                StateDict.of(other).get(name).equal(tensor))
                        .as(name)
                        .isTrue());
    }

    @Test
    void listsEverythingThatDoesNotFitAndCopiesNothing() {
        Map<String, Tensor> from = StateDict.of(new Net(2));
        Tensor weight = from.remove("fc.weight");
        from.remove("bn.running_var");
        from.put("head.weight", weight);
        from.put("fc.bias", Tensors.floats(new float[3]));
        float[] before = Tensors.toFloats(net.norm.weight());
        try (NoGradGuard guard = new NoGradGuard()) {
            from.get("bn.weight").fill_(new Scalar(7.0));
        }

        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> StateDict.load(StateDict.of(net), from))
                .withMessageContaining("2 missing (fc.weight, bn.running_var)")
                .withMessageContaining("1 unexpected (head.weight)")
                .withMessageContaining("1 of another shape (fc.bias is [3], wanted [2])");
        assertThat(Tensors.toFloats(net.norm.weight())).containsExactly(before);
    }

    @Test
    void cutsLongLists() {
        Map<String, Tensor> many = new LinkedHashMap<>();
        for (int i = 0; i < 11; i++) {
            many.put("w" + i, Tensors.floats(new float[1]));
        }
        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> StateDict.load(Map.of(), many))
                .withMessageContaining("11 unexpected (w0, w1, w2, w3, w4, w5, w6, w7 and 3 more)");
    }

    @Test
    void countsWhatTrainingMayChange() {
        assertThat(StateDict.count(net)).isEqualTo(3 * 2 + 2 + 2 + 2);
        net.linear.weight().set_requires_grad(false);
        assertThat(StateDict.count(net)).isEqualTo(2 + 2 + 2);
    }
}
