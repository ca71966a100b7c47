package io.halflight.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.optim.Parameters;
import io.halflight.optim.Sgd;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** The bare loop does what the network, the loss and the optimiser do: otherwise its ratio would mean nothing. */
class RawResNetTest {
    private static final long SEED = 9;

    @Test
    void threeStepsOfBothLoseTheSame() {
        NativeTorch.load();
        torch.manual_seed(SEED);
        BackboneSpec spec = new BackboneSpec("resnet18", 0.25, 0, "small", "simclr", 32, 3);
        ImageClassifier network = ClassifierSpec.create(new ClassifierSpec(spec, 0, 0, 4));
        RawResNet raw = new RawResNet(network);
        Sgd sgd = new Sgd(Parameters.of(network, "", false), new Sgd.Config(0.9, false, 0));
        Tensor x = torch.rand(8, 3, 32, 32);
        Tensor labels = Tensors.longs(new long[] {0, 1, 2, 3, 0, 1, 2, 3}, 8);
        for (int i = 0; i < 3; i++) {
            float expected;
            try (PointerScope scope = new PointerScope()) {
                Tensor loss = torch.cross_entropy_loss(network.forward(x), labels);
                sgd.zeroGrad();
                loss.backward();
                sgd.step(0.1);
                expected = loss.item_float();
            }
            assertThat(raw.step(x, labels, 0.1, 0.9))
                    .as("step %d, seed %d", i, SEED)
                    .isCloseTo(expected, within(2e-4f));
        }
        network.eval();
        try (PointerScope scope = new PointerScope()) {
            assertThat(Tensors.toFloats(raw.forward(x, false).detach()))
                    .containsExactly(Tensors.toFloats(network.forward(x).detach()), within(2e-3f));
        }
    }
}
