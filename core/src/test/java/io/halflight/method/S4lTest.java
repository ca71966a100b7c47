package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.InceptionView;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.loss.Triplet;
import io.halflight.nn.Init;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Losses of S4L's joint methods, put together by hand. */
class S4lTest {
    private static final InceptionView.Config VIEW = new InceptionView.Config(Streams.SIDE, 1, false);
    private static final Step FIRST = new Step(0, 10, 0, true);

    static {
        NativeTorch.load();
    }

    private final ImageClassifier network = Streams.network(1);
    private final AveragedClassifier classifier = new AveragedClassifier(network);
    private final LinearImpl head = head(4);

    private LinearImpl head(int out) {
        LinearImpl linear = Init.dense(network.backbone().features(), out, true);
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            linear.weight().normal_(0, 1, null);
        }
        return linear;
    }

    /** Turned counter-clockwise, one turn after the other, without the class that the methods use. */
    private static Tensor turned(Tensor x, int times) {
        return torch.rot90(x, times, new long[] {2, 3});
    }

    /** Mean of -log p of the number of turns. */
    private double rotation(Tensor x) {
        double sum = 0;
        for (int r = 0; r < 4; r++) {
            for (double[] p : Streams.softmax(head.forward(network.embed(turned(x, r))))) {
                sum -= Math.log(p[r]);
            }
        }
        return sum / (4 * x.size(0));
    }

    private double classes(Tensor x) {
        double sum = 0;
        for (int r = 0; r < 4; r++) {
            sum += Streams.crossEntropy(Streams.softmax(network.forward(turned(x, r))));
        }
        return sum / 4;
    }

    @Test
    void rotationAddsTheMeanOfBothStreamsToTheClassesOfAllFourTurns() {
        S4lRotation method = new S4lRotation(classifier, head, VIEW, 3);
        method.train(false);
        try (PointerScope scope = new PointerScope()) {
            Tensor l = Streams.pictures(2, 4);
            Tensor u = Streams.pictures(3, 7);
            double expected = classes(l) + 3 * (rotation(l) + rotation(u)) / 2;
            Loss loss = method.loss(new Batch(Streams.labelled(l), Streams.unlabelled(u)), FIRST);
            assertThat((double) Tensors.item(loss.total())).isCloseTo(expected, within(1e-4 * expected));
        }
        assertThat(method.expectedStart(4)).isCloseTo(Math.log(4) + 3 * Math.log(4), within(1e-12));
    }

    @Test
    void exemplarAddsTheMeanOfBothStreamsTripletsToTheClassesOfAllCopies() {
        LinearImpl embedding = head(10);
        S4lExemplar method = new S4lExemplar(classifier, embedding, 2, VIEW, 3);
        method.train(false);
        assertThat(method.views().labelled()).hasSize(2);
        assertThat(method.views().unlabelled()).hasSize(2);
        try (PointerScope scope = new PointerScope()) {
            Tensor l0 = Streams.pictures(2, 4);
            Tensor l1 = Streams.pictures(3, 4);
            Tensor u0 = Streams.pictures(4, 3);
            Tensor u1 = Streams.pictures(5, 3);
            double classes = (Streams.crossEntropy(Streams.softmax(network.forward(l0)))
                            + Streams.crossEntropy(Streams.softmax(network.forward(l1))))
                    / 2;
            double triplets = (triplets(embedding, l0, l1, 0, 1, 2, 3, 0, 1, 2, 3)
                            + triplets(embedding, u0, u1, 0, 1, 2, 0, 1, 2))
                    / 2;
            Loss loss = method.loss(new Batch(Streams.labelled(l0, l1), Streams.unlabelled(u0, u1)), FIRST);
            assertThat((double) Tensors.item(loss.total())).isCloseTo(classes + 3 * triplets, within(1e-3));
            assertThat((double) Tensors.item(loss.parts().get("tripletLoss"))).isCloseTo(triplets, within(1e-4));
        }
    }

    private double triplets(LinearImpl embedding, Tensor first, Tensor second, long... identities) {
        Tensor z = embedding.forward(network.embed(torch.cat(new TensorVector(first, second), 0)));
        return Tensors.item(Triplet.loss(z, Tensors.longs(identities)));
    }

    @Test
    void moamWeighsFourLossesAndChangesTheTurnedUnlabelledPicturesAlone() {
        var adversary = new VirtualAdversary.Config(3, 0, VirtualAdversary.Direction.S4L);
        Moam method = new Moam(classifier, head, VIEW, new Moam.Config(0.2, 0.3, 0.7, adversary));
        method.train(false);
        try (PointerScope scope = new PointerScope()) {
            Tensor l = Streams.pictures(2, 4);
            Tensor u = Streams.pictures(3, 5);
            Tensor x = torch.cat(new TensorVector(u, turned(u, 1), turned(u, 2), turned(u, 3)), 0);
            Tensor clean = network.forward(x).detach();
            double entropy = 0;
            for (double[] p : Streams.softmax(clean)) {
                for (double share : p) {
                    entropy -= share * Math.log(share) / x.size(0);
                }
            }
            torch.manual_seed(6);
            double adversarial = Tensors.item(new VirtualAdversary(adversary).loss(network, x, clean));
            assertThat(adversarial).isGreaterThan(0.01);
            double expected =
                    0.5 * (rotation(l) + rotation(u)) / 2 + 0.2 * classes(l) + 0.3 * adversarial + 0.7 * entropy;
            torch.manual_seed(6);
            Loss loss = method.loss(new Batch(Streams.labelled(l), Streams.unlabelled(u)), FIRST);
            assertThat((double) Tensors.item(loss.total())).isCloseTo(expected, within(1e-4 * expected));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Moam.Config(0.5, 0.5, 0, adversary))
                .withMessageContaining("together below 1");
    }

    @Test
    void theSecondHeadIsLearntAndSavedAndNotKept() {
        Trainable trainable = new S4lRotation(classifier, head, VIEW, 1).trainable();
        assertThat(trainable.state()).containsKeys("fc.weight", "method.turns.weight", "method.turns.bias");
        assertThat(trainable.parameters())
                .extracting(p -> p.name())
                .contains("method.turns.weight", "fc.weight")
                .doesNotHaveDuplicates();
    }
}
