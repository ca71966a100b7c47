package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.backbone.Backbone;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Backbones;
import io.halflight.nn.BatchNorm;
import io.halflight.nn.Layer;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class InferenceTest {
    private static Device cpu;

    @BeforeAll
    static void load() {
        NativeTorch.load();
        cpu = new Device(DeviceType.CPU);
    }

    private static Inference.Settings settings(int batch) {
        return new Inference.Settings(cpu, Precision.FP32, batch, 2);
    }

    /** Mean of a picture, and minus that. */
    private static Tensor means(Tensor x) {
        Tensor mean = x.mean(1, 2, 3).unsqueeze(1); // [N, 1]
        return mean.mul(Tensors.floats(new float[] {1, -1}, 1, 2));
    }

    private static Tensor apply(Layer network, int... indices) {
        return Inference.apply(network, new MemoryPictures(100), indices, MemoryPictures.plain(), settings(3), null);
    }

    @Test
    void rowsAreInTheOrderOfTheIndicesAcrossBatches() {
        int[] indices = {5, 0, 99, 5, 42, 17, 3};
        Tensor outputs = apply(InferenceTest::means, indices);
        assertThat(outputs.shape()).containsExactly(7, 2);
        assertThat(outputs.scalar_type().intern()).isEqualTo(ScalarType.Float);
        float[] values = Tensors.toFloats(outputs);
        for (int i = 0; i < indices.length; i++) {
            assertThat(values[2 * i]).isCloseTo(MemoryPictures.value(indices[i]), within(1e-6f));
            assertThat(values[2 * i + 1]).isCloseTo(-MemoryPictures.value(indices[i]), within(1e-6f));
        }
    }

    @Test
    void theResultBelongsToTheScopeOfTheCaller() {
        try (PointerScope outer = new PointerScope()) {
            Tensor kept = apply(InferenceTest::means, 1, 2, 3, 4);
            assertThat(Tensors.toFloats(kept)).hasSize(8);
            assertThat(kept.requires_grad()).isFalse();
            kept.retainReference();
            outer.close();
            assertThat(Tensors.toFloats(kept)[6]).isCloseTo(MemoryPictures.value(4), within(1e-6f));
            kept.close();
        }
        Tensor dropped;
        try (PointerScope outer = new PointerScope()) {
            dropped = apply(InferenceTest::means, 1, 2, 3, 4);
        }
        assertThat(dropped.isNull()).isTrue();
    }

    @Test
    void nothingStaysAllocated() {
        Backbone encoder = encoder();
        encoder.eval();
        apply(encoder, 1, 2, 3, 4).close();
        long before = Leaks.settledCount();
        for (int i = 0; i < 20; i++) {
            apply(encoder, 1, 2, 3, 4).close();
        }
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void anUnreadablePictureIsReportedAndLeavesNothingBehind() {
        MemoryPictures data = new MemoryPictures(20, 13);
        int[] all = IntStream.range(0, 20).toArray();
        Layer network = InferenceTest::means;
        Tensor warm = apply(network, 1, 2);
        warm.close();
        long before = Leaks.settledCount();
        assertThatThrownBy(() -> Inference.apply(network, data, all, MemoryPictures.plain(), settings(4), null))
                .isInstanceOf(HalflightException.class)
                .hasMessage("picture 13 is broken");
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }

    @Test
    void aNetworkInTrainingModeIsRefused() {
        Backbone encoder = encoder();
        encoder.train(true);
        assertThatThrownBy(() -> apply(encoder, 1, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ResNet is in training mode");
    }

    @Test
    void anInnerModuleInTrainingModeIsRefusedToo() {
        Normalised network = new Normalised();
        network.eval();
        network.bn.train(true);
        assertThatThrownBy(() -> apply(network, 1, 2)).isInstanceOf(IllegalStateException.class);
        network.eval();
        apply(network, 1, 2).close();
    }

    @Test
    void runningStatisticsStayAsTheyAre() {
        Backbone encoder = encoder();
        encoder.eval();
        Map<String, Tensor> state = StateDict.of(encoder);
        FrozenGuard guard = FrozenGuard.of(state);
        Tensor all = apply(encoder, 1, 2, 3, 4, 5, 6, 7);
        Tensor alone = apply(encoder, 4);
        assertThat(Tensors.toFloats(all.narrow(0, 3, 1)))
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(Tensors.toFloats(alone));
        guard.check();
    }

    @Test
    void theListenerHearsEveryBatch() {
        List<String> heard = new ArrayList<>();
        Inference.apply(
                        InferenceTest::means,
                        new MemoryPictures(10),
                        new int[] {0, 1, 2, 3, 4},
                        MemoryPictures.plain(),
                        settings(2),
                        (done, total) -> heard.add(done + "/" + total))
                .close();
        assertThat(heard).containsExactly("2/5", "4/5", "5/5");
    }

    @Test
    void bfloat16GivesFloatsNearTheFullPrecision() {
        Backbone encoder = encoder();
        encoder.eval();
        int[] pictures = {10, 50, 90};
        var half = new Inference.Settings(cpu, Precision.BF16, 2, 1);
        Tensor full = apply(encoder, pictures);
        Tensor rough = Inference.apply(encoder, new MemoryPictures(100), pictures, MemoryPictures.plain(), half, null);
        assertThat(rough.scalar_type().intern()).isEqualTo(ScalarType.Float);
        float[] expected = Tensors.toFloats(full);
        float[] found = Tensors.toFloats(rough);
        assertThat(found).isNotEqualTo(expected);
        double distance = 0;
        double length = 0;
        for (int i = 0; i < found.length; i++) {
            distance += Math.pow(found[i] - expected[i], 2);
            length += Math.pow(expected[i], 2);
        }
        assertThat(Math.sqrt(distance / length)).isLessThan(0.02); // 0.005 when measured
    }

    @Test
    void outputsThatAreNoRowsAreRefused() {
        assertThatThrownBy(() -> apply(x -> x, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 1, 8, 8]");
        assertThatThrownBy(() -> apply(InferenceTest::means)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Seeded: one in a hundred of such narrow networks is dead, and of one that nearly is, bfloat16 leaves noise. */
    private static Backbone encoder() {
        torch.manual_seed(2);
        return Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "small", "simclr", MemoryPictures.SIDE, 1));
    }

    private static final class Normalised extends Module implements Layer {
        private final BatchNorm bn;

        Normalised() {
            super("Normalised");
            bn = register_module("bn", new BatchNorm(1));
        }

        @Override
        public Tensor forward(Tensor x) {
            return bn.forward(x).flatten(1, -1);
        }
    }
}
