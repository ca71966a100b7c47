package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.CentreView;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class FixMatchTest {
    private static final CentreView VIEW = new CentreView(Streams.SIDE, 1);
    private static final Step FIRST = new Step(0, 10, 0, true);

    static {
        NativeTorch.load();
    }

    private final ImageClassifier network = Streams.network(1);

    private FixMatch fixMatch(double threshold) {
        var targets = new PseudoTargets(
                PseudoTargets.Config.PLAIN,
                Streams.CLASSES,
                network.parameters().get(0));
        FixMatch method = new FixMatch(
                new AveragedClassifier(network), VIEW, VIEW, targets, new FixMatch.Config(threshold, 3, 0));
        method.train(false); // without batch statistics each row stands alone and can be worked out
        return method;
    }

    @Test
    void theLossIsEquationFourOverTheWholeBatchWorkedOutByHand() {
        network.eval();
        try (PointerScope scope = new PointerScope()) {
            Tensor l = Streams.pictures(2, 4);
            Tensor weak = Streams.pictures(3, 6);
            Tensor strong = Streams.pictures(4, 6);
            double[][] p = Streams.softmax(network.forward(weak));
            double[][] q = Streams.softmax(network.forward(strong));
            double[] sure = Arrays.stream(p)
                    .mapToDouble(row -> row[Streams.argmax(row)])
                    .sorted()
                    .toArray();
            double threshold = (sure[1] + sure[2]) / 2; // four of six are surer
            double sum = 0;
            for (int i = 0; i < p.length; i++) {
                int guess = Streams.argmax(p[i]);
                sum -= p[i][guess] >= threshold ? Math.log(q[i][guess]) : 0;
            }
            double expected = Streams.crossEntropy(Streams.softmax(network.forward(l))) + 3 * sum / 6;
            Loss loss =
                    fixMatch(threshold).loss(new Batch(Streams.labelled(l), Streams.unlabelled(weak, strong)), FIRST);
            assertThat((double) Tensors.item(loss.total())).isCloseTo(expected, within(1e-4));
            assertThat((double) Tensors.item(loss.parts().get("consistencyLoss")))
                    .isCloseTo(sum / 6, within(1e-4));
            assertThat(Tensors.item(loss.parts().get("maskRate"))).isCloseTo(4f / 6, within(1e-6f));
        }
    }

    @Test
    void theWeakViewTeachesAndDoesNotLearn() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weak = Streams.pictures(3, 6).set_requires_grad(true);
            Tensor strong = Streams.pictures(4, 6).set_requires_grad(true);
            fixMatch(0)
                    .loss(new Batch(Streams.labelled(Streams.pictures(2, 4)), Streams.unlabelled(weak, strong)), FIRST)
                    .total()
                    .backward();
            assertThat(Streams.largest(weak.grad())).isZero();
            assertThat(Streams.largest(strong.grad())).isGreaterThan(1e-5);
        }
    }
}
