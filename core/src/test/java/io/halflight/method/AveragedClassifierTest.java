package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.backbone.ImageClassifier;
import io.halflight.optim.MovingAverage.Statistics;
import io.halflight.torch.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AveragedClassifierTest {
    private final ImageClassifier online = Streams.network(1);
    private final ImageClassifier average = Streams.network(2);

    private static float[] values(ImageClassifier network, String name) {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.toFloats(network.state().get(name));
        }
    }

    private static void fill(ImageClassifier network, String name, double value) {
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            network.state().get(name).fill_(new Scalar(value));
        }
    }

    @Test
    void theAverageStartsAtTheNetworkAndIsKeptUnderThePlainNames() {
        assertThat(values(average, "fc.weight")).isNotEqualTo(values(online, "fc.weight"));
        AveragedClassifier both = new AveragedClassifier(online, average, 0.9, false, Statistics.AVERAGED);
        assertThat(values(average, "fc.weight")).containsExactly(values(online, "fc.weight"));
        assertThat(both.kept()).isSameAs(average);
        Trainable trainable = both.trainable();
        fill(online, "fc.weight", 5);
        assertThat(Tensors.toFloats(trainable.state().get("fc.weight"))).doesNotContain(5);
        assertThat(Tensors.toFloats(trainable.state().get("method.online.fc.weight")))
                .containsOnly(5);
        assertThat(trainable.parameters())
                .allSatisfy(p -> assertThat(p.tensor().requires_grad()).isTrue());
        assertThat(average.parameters().get(0).requires_grad()).isFalse();
    }

    @Test
    void withoutAnAverageTheNetworkItselfIsKept() {
        AveragedClassifier alone = new AveragedClassifier(online);
        assertThat(alone.kept()).isSameAs(online);
        assertThat(alone.trainable().state()).containsOnlyKeys(online.state().keySet());
        alone.afterUpdate(new Step(0, 10, 0, false));
    }

    @ParameterizedTest
    @CsvSource({"AVERAGED, 0.5", "COPIED, 5"})
    void runningStatisticsAreAveragedOrCopied(Statistics statistics, float mean) {
        AveragedClassifier both = new AveragedClassifier(online, average, 0.9, false, statistics);
        fill(online, "fc.bias", 5);
        fill(online, "bn1.running_mean", 5);
        fill(online, "bn1.num_batches_tracked", 7);
        both.afterUpdate(new Step(1000, 2000, 0, false));
        assertThat(values(average, "fc.bias")[0]).isCloseTo(0.5f, within(1e-6f)); // a tenth of the way from 0
        assertThat(values(average, "bn1.running_mean")[0]).isCloseTo(mean, within(1e-6f));
        assertThat(values(average, "bn1.num_batches_tracked")).containsExactly(7); // a count has no average
    }

    @ParameterizedTest
    @CsvSource({"true, 0, 4.5", "true, 90, 0.5", "true, 8, 2.5", "false, 0, 0.5"})
    void aCountedAverageKeepsLessAtFirst(boolean counted, long step, float bias) {
        AveragedClassifier both = new AveragedClassifier(online, average, 0.9, counted, Statistics.AVERAGED);
        fill(online, "fc.bias", 5);
        both.afterUpdate(new Step(step, 1000, 0, false)); // tau = min(0.9, (1 + t) / (10 + t))
        assertThat(values(average, "fc.bias")[0]).isCloseTo(bias, within(1e-5f));
    }

    @Test
    void aHalvingAverageWeighsStepsByTheirAgeAndForgetsTheFirstWeights() {
        fill(online, "fc.bias", 100);
        // 20 steps, half-life a tenth of them: 2 steps, tau = sqrt(0.5).
        AveragedClassifier both = AveragedClassifier.halving(online, average, 0.1, Statistics.AVERAGED);
        double tau = Math.sqrt(0.5);
        double sum = 0;
        double weights = 0;
        for (int t = 0; t < 5; t++) {
            fill(online, "fc.bias", t * t);
            both.afterUpdate(new Step(t, 20, 0, false));
            sum = tau * sum + t * t;
            weights = tau * weights + 1;
            assertThat((double) values(average, "fc.bias")[0]).as("step %d", t).isCloseTo(sum / weights, within(1e-4));
        }
    }

    @Test
    void severalViewsGoThroughTogetherAndComeApartAgain() {
        AveragedClassifier alone = new AveragedClassifier(online);
        alone.train(false);
        try (PointerScope scope = new PointerScope()) {
            Tensor a = Streams.pictures(3, 2);
            Tensor b = Streams.pictures(4, 5);
            List<Tensor> logits = alone.logits(a, b);
            assertThat(Tensors.toFloats(logits.get(0)))
                    .containsExactly(Tensors.toFloats(online.forward(a)), within(1e-4f));
            assertThat(Tensors.toFloats(logits.get(1)))
                    .containsExactly(Tensors.toFloats(online.forward(b)), within(1e-4f));
            alone.train(true); // and share their batch statistics
            assertThat(Tensors.toFloats(alone.logits(a, b).get(0)))
                    .isNotEqualTo(Tensors.toFloats(alone.logits(a, a).get(0)));
        }
    }
}
