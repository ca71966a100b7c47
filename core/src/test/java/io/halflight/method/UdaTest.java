package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.CentreView;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UdaTest {
    private static final Step FIRST = new Step(0, 10, 0, true);
    private static final CentreView VIEW = new CentreView(Streams.SIDE, 1);

    static {
        NativeTorch.load();
    }

    private static Uda uda(ImageClassifier network, Uda.Config config) {
        var targets = new PseudoTargets(
                PseudoTargets.Config.PLAIN,
                Streams.CLASSES,
                network.parameters().get(0));
        Uda uda = new Uda(new AveragedClassifier(network), VIEW, VIEW, targets, config);
        uda.train(false); // without batch statistics each row stands alone and can be worked out
        return uda;
    }

    private static Uda.Config config(double threshold, double entropyWeight, SignalAnnealing annealing) {
        return new Uda.Config(0.4, threshold, 3, entropyWeight, annealing);
    }

    @Test
    void theLossIsThePapersWorkedOutByHand() {
        ImageClassifier network = Streams.network(1);
        network.eval();
        try (PointerScope scope = new PointerScope()) {
            Tensor l = Streams.pictures(2, 4);
            Tensor clean = Streams.pictures(3, 6);
            Tensor distorted = Streams.pictures(4, 6);
            double[][] p = Streams.softmax(network.forward(clean));
            double[][] q = Streams.softmax(network.forward(distorted));
            double[] sure = Arrays.stream(p)
                    .mapToDouble(row -> row[Streams.argmax(row)])
                    .sorted()
                    .toArray();
            double threshold = (sure[1] + sure[2]) / 2; // four of six are surer
            double sum = 0;
            double entropy = 0;
            for (int i = 0; i < p.length; i++) {
                double[] sharp = sharpened(p[i]);
                for (int c = 0; c < Streams.CLASSES; c++) {
                    boolean counts = p[i][Streams.argmax(p[i])] > threshold;
                    sum += counts ? sharp[c] * (Math.log(sharp[c]) - Math.log(q[i][c])) : 0;
                    entropy -= p[i][c] * Math.log(p[i][c]) / p.length;
                }
            }
            double expected = Streams.crossEntropy(Streams.softmax(network.forward(l))) + 3 * sum / 6 + 0.2 * entropy;
            Loss loss = uda(network, config(threshold, 0.2, SignalAnnealing.NONE))
                    .loss(new Batch(Streams.labelled(l), Streams.unlabelled(clean, distorted)), FIRST);
            assertThat((double) Tensors.item(loss.total())).isCloseTo(expected, within(1e-4));
            assertThat(Tensors.item(loss.parts().get("maskRate"))).isCloseTo(4f / 6, within(1e-6f));
        }
    }

    private static double[] sharpened(double[] p) {
        double[] sharp = Arrays.stream(p).map(x -> Math.pow(x, 1 / 0.4)).toArray();
        double sum = Arrays.stream(sharp).sum();
        return Arrays.stream(sharp).map(x -> x / sum).toArray();
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0.5, true"})
    void theCleanViewLearnsFromItsEntropyAlone(double entropyWeight, boolean learns) {
        ImageClassifier network = Streams.network(1);
        try (PointerScope scope = new PointerScope()) {
            Tensor clean = Streams.pictures(3, 6).set_requires_grad(true);
            Tensor distorted = Streams.pictures(4, 6).set_requires_grad(true);
            uda(network, config(0, entropyWeight, SignalAnnealing.NONE))
                    .loss(
                            new Batch(Streams.labelled(Streams.pictures(2, 4)), Streams.unlabelled(clean, distorted)),
                            FIRST)
                    .total()
                    .backward();
            assertThat(Streams.largest(distorted.grad())).isGreaterThan(1e-5);
            assertThat(Streams.largest(clean.grad()) > 0).isEqualTo(learns);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LINEAR, 0.1, 0.19, 0.325, 0.55, 0.775, 1",
        "LOG, 0.1, 0.454122, 0.742146, 0.926124, 0.978834, 0.993936",
        "EXP, 0.106064, 0.109998, 0.121166, 0.173876, 0.357854, 1",
        "NONE, 1, 1, 1, 1, 1, 1"
    })
    void annealingFollowsTheGoldenThresholds(
            SignalAnnealing annealing, double a, double b, double c, double d, double e, double f) {
        double[] done = {0, 0.1, 0.25, 0.5, 0.75, 1};
        double[] expected = {a, b, c, d, e, f};
        for (int i = 0; i < done.length; i++) {
            assertThat(annealing.threshold(done[i], 10)).isCloseTo(expected[i], within(1e-6));
        }
    }

    @Test
    void annealingLeavesOutWhatIsKnownAndDividesByWhatIsLeft() {
        try (PointerScope scope = new PointerScope()) {
            // p of the label: 0.8808, 0.5, 0.1192; linear at half the steps with two classes: eta = 0.75
            Tensor logits = Tensors.floats(new float[] {2, 0, 0, 0, 0, 2}, 3, 2).set_requires_grad(true);
            Tensor labels = Tensors.longs(new long[] {0, 0, 0}, 3);
            Tensor mask = SignalAnnealing.LINEAR.mask(logits, labels, new Step(50, 100, 0, false));
            assertThat(Tensors.toFloats(mask)).containsExactly(0, 1, 1);
            Tensor loss = SignalAnnealing.loss(logits, labels, mask);
            assertThat((double) Tensors.item(loss)).isCloseTo((0.693147 + 2.126928) / 2, within(1e-5));
            loss.backward();
            assertThat(Tensors.toFloats(logits.grad().abs())).startsWith(0, 0, 0.25f, 0.25f);
            Tensor none = SignalAnnealing.LINEAR.mask(logits.narrow(0, 0, 1), labels.narrow(0, 0, 1), FIRST);
            assertThat(Tensors.item(SignalAnnealing.loss(logits.narrow(0, 0, 1), labels.narrow(0, 0, 1), none)))
                    .isZero(); // and not 0 / 0
        }
    }

    @Test
    void annealingIsPartOfTheLoss() {
        ImageClassifier network = Streams.network(1);
        network.eval();
        try (PointerScope scope = new PointerScope()) {
            Tensor l = Streams.pictures(2, 4);
            double[][] p = Streams.softmax(network.forward(l));
            long[] guesses = Arrays.stream(p).mapToLong(Streams::argmax).toArray();
            double[] sure = Arrays.stream(p)
                    .mapToDouble(row -> row[Streams.argmax(row)])
                    .sorted()
                    .toArray();
            long step = Math.round(1e6 * ((sure[1] + sure[2]) / 2 - 0.25) / 0.75); // eta lies between these two
            double expected = -(Math.log(sure[0]) + Math.log(sure[1])) / 2;
            Batch batch = new Batch(
                    new Batch.Stream(List.of(l), Tensors.longs(guesses, 4), new int[4]),
                    Streams.unlabelled(Streams.pictures(3, 6), Streams.pictures(4, 6)));
            Loss loss =
                    uda(network, config(0, 0, SignalAnnealing.LINEAR)).loss(batch, new Step(step, 1_000_000, 0, true));
            assertThat((double) Tensors.item(loss.parts().get("supervisedLoss")))
                    .isCloseTo(expected, within(1e-4));
            assertThat(Tensors.item(loss.parts().get("annealedShare"))).isEqualTo(0.5f);
        }
    }
}
