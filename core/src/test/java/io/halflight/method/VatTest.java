package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.CentreView;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VatTest {
    static {
        NativeTorch.load();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLossAddsUpOverThePicturesThatAreAskedFor(boolean labelled) {
        var adversary = new VirtualAdversary.Config(3, 0, VirtualAdversary.Direction.S4L);
        ImageClassifier network = Streams.network(1);
        Vat vat = new Vat(
                new AveragedClassifier(network),
                new CentreView(Streams.SIDE, 1),
                new Vat.Config(0.5, 0.7, labelled, adversary));
        vat.train(false);
        try (PointerScope scope = new PointerScope()) {
            Tensor l = Streams.pictures(2, 4);
            Tensor u = Streams.pictures(3, 6);
            Tensor x = labelled ? torch.cat(new TensorVector(l, u), 0) : u;
            Tensor clean = network.forward(x).detach();
            double entropy = 0;
            for (double[] p : Streams.softmax(clean)) {
                for (double share : p) {
                    entropy -= share * Math.log(share) / x.size(0);
                }
            }
            torch.manual_seed(9);
            double adversarial = Tensors.item(new VirtualAdversary(adversary).loss(network, x, clean));
            double expected =
                    Streams.crossEntropy(Streams.softmax(network.forward(l))) + 0.5 * adversarial + 0.7 * entropy;
            torch.manual_seed(9);
            Loss loss = vat.loss(new Batch(Streams.labelled(l), Streams.unlabelled(u)), new Step(0, 10, 0, true));
            assertThat((double) Tensors.item(loss.total())).isCloseTo(expected, within(1e-4));
            assertThat(adversarial).isGreaterThan(0.01);
        }
    }
}
