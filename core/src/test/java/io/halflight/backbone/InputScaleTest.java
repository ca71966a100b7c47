package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class InputScaleTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void imagenetTakesOffTheMeanAndDividesByTheDeviationOfEachChannel() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.floats(new float[] {0.485f, 0.456f + 0.224f, 0.406f - 0.225f}, 1, 3, 1, 1);
            float[] y = Tensors.toFloats(InputScale.IMAGENET.apply(x));
            assertThat(y[0]).isCloseTo(0, within(1e-6f));
            assertThat(y[1]).isCloseTo(1, within(1e-6f));
            assertThat(y[2]).isCloseTo(-1, within(1e-6f));
            Tensor grey = Tensors.floats(new float[] {0.449f + 0.226f}, 1, 1, 1, 1);
            assertThat(Tensors.toFloats(InputScale.IMAGENET.apply(grey))[0]).isCloseTo(1, within(1e-6f));
            assertThat(Tensors.toFloats(InputScale.SYMMETRIC.apply(x))[0]).isCloseTo(-0.03f, within(1e-6f));
        }
    }

    @Test
    void theNetworkScalesItsInputAndItsStateDoesNotShowIt() {
        torch.manual_seed(1);
        Backbone plain = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 8, 3));
        torch.manual_seed(1);
        Backbone scaled = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 8, 3, "imagenet"));
        plain.eval();
        scaled.eval();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.rand(2, 3, 8, 8);
            Tensor expected = plain.forward(InputScale.IMAGENET.apply(x));
            assertThat(Tensors.toFloats(scaled.forward(x)))
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(Tensors.toFloats(expected));
            assertThat(StateDict.of(scaled).keySet())
                    .isEqualTo(StateDict.of(plain).keySet());
        }
    }

    @Test
    void gammasStartAtZeroOrAtOneAsAsked() {
        BackboneSpec spec = new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 8, 3);
        try (PointerScope scope = new PointerScope()) {
            assertThat(Tensors.toFloats(
                            StateDict.of(Backbones.create(spec, true)).get("layer1.0.bn2.weight")))
                    .containsOnly(0);
            assertThat(Tensors.toFloats(
                            StateDict.of(Backbones.create(spec, false)).get("layer1.0.bn2.weight")))
                    .containsOnly(1);
        }
    }
}
