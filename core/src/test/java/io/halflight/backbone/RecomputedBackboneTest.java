package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.nn.Recompute;
import io.halflight.nn.Recompute.Extent;
import io.halflight.nn.StateDict;
import io.halflight.torch.Autocast;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network whose feature maps are computed again, beside the same one that keeps them. */
class RecomputedBackboneTest {
    private static final long SEED = 5;

    /** Drops branches at random, so that the numbers of the second pass have to be those of the first. */
    static Stream<Arguments> everyBackbone() {
        return BackbonesTest.everyBackbone();
    }

    @ParameterizedTest
    @MethodSource("everyBackbone")
    void givesTheSameGradientsAndStatisticsFromWhatItLeavesOut(BackboneSpec spec) {
        Map<String, float[]> kept = learnt(spec, Extent.NONE);
        for (Extent extent : List.of(Extent.FIRST, Extent.ALL)) {
            Map<String, float[]> again = learnt(spec, extent);
            kept.forEach((name, values) -> assertThat(again.get(name))
                    .as("%s of %s, %s, seed %d", name, spec.name(), extent, SEED)
                    .isEqualTo(values));
        }
    }

    /** State, gradients and the next random number after a pass and its way back. */
    private static Map<String, float[]> learnt(BackboneSpec spec, Extent extent) {
        try (PointerScope scope = new PointerScope();
                Recompute again = Recompute.open(extent)) {
            torch.manual_seed(SEED);
            Backbone net = Backbones.create(spec);
            Tensor x = torch.randn(6, 3, 32, 32);
            Tensor h = net.forward(x);
            h.mul(torch.randn(6, net.features())).sum().backward();
            List<List<Module>> parts = net.parts();
            assertThat(hasGradients(parts.get(0)))
                    .as("the stem before finish, %s", extent)
                    .isEqualTo(extent == Extent.NONE);
            assertThat(hasGradients(parts.get(1))).isEqualTo(extent == Extent.NONE);
            assertThat(hasGradients(parts.get(4))).isEqualTo(extent != Extent.ALL);
            Recompute.finish();
            Map<String, float[]> found = new LinkedHashMap<>();
            StateDict.of(net).forEach((name, tensor) -> {
                found.put(name, Tensors.toFloats(tensor));
                if (tensor.requires_grad()) {
                    found.put(name + "'", Tensors.toFloats(tensor.grad()));
                }
            });
            found.put("h", Tensors.toFloats(h));
            found.put("random", Tensors.toFloats(torch.randn(4)));
            return found;
        }
    }

    @Test
    void inBfloat16AGradientOfOnePassIsTheSameToo() {
        List<float[]> gradients = new ArrayList<>();
        for (Extent extent : Extent.values()) {
            try (PointerScope scope = new PointerScope();
                    Recompute again = Recompute.open(extent)) {
                torch.manual_seed(SEED);
                Backbone net = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 32, 3));
                Tensor x = torch.randn(6, 3, 32, 32);
                Tensor h;
                try (Autocast autocast = Autocast.of(x.device(), Precision.BF16)) {
                    h = net.forward(x);
                }
                h.square().sum().backward();
                Recompute.finish();
                gradients.add(
                        Tensors.toFloats(StateDict.of(net).get("conv1.weight").grad()));
            }
        }
        assertThat(gradients.get(1)).as("first, seed %d", SEED).isEqualTo(gradients.get(0));
        assertThat(gradients.get(2)).as("all, seed %d", SEED).isEqualTo(gradients.get(0));
    }

    private static boolean hasGradients(List<Module> part) {
        return part.get(0).parameters().get(0).grad().defined();
    }

    @Test
    void frozenPartsStayOutOfIt() {
        try (PointerScope scope = new PointerScope();
                Recompute again = Recompute.open(Extent.ALL)) {
            Backbone net = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 32, 3));
            net.freeze(2);
            net.still(2);
            net.forward(torch.randn(2, 3, 32, 32)).sum().backward();
            assertThat(hasGradients(net.parts().get(3))).isFalse();
            Recompute.finish();
            assertThat(hasGradients(net.parts().get(0))).isFalse();
            assertThat(hasGradients(net.parts().get(3))).isTrue();
        }
    }

    @Test
    void aPassForWhichNothingIsAskedLeavesNothingBehind() {
        System.gc();
        try (PointerScope scope = new PointerScope()) {
            Backbone net = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 32, 3));
            Tensor x = torch.randn(2, 3, 32, 32);
            long before = 0;
            for (int i = 0; i < 6; i++) {
                before = i == 2 ? Pointer.totalCount() : before;
                try (PointerScope inner = new PointerScope();
                        Recompute again = Recompute.open(Extent.ALL)) {
                    net.forward(x); // no loss
                    if (i % 2 == 0) {
                        Recompute.finish();
                    }
                }
            }
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        }
    }
}
