package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.CentreView;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.nn.StillStatistics;
import io.halflight.optim.MovingAverage.Statistics;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeanTeacherTest {
    private static final CentreView VIEW = new CentreView(Streams.SIDE, 1);

    static {
        NativeTorch.load();
    }

    private final ImageClassifier online = Streams.network(1);
    private final ImageClassifier average = Streams.network(2);

    private MeanTeacher method() {
        var network = new AveragedClassifier(online, average, 0.999, false, Statistics.COPIED);
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            average.state().get("fc.weight").mul_(new Scalar(-0.5)); // it has gone another way since
            average.state().get("bn1.running_mean").fill_(new Scalar(3.0));
        }
        return new MeanTeacher(network, VIEW, new MeanTeacher.Config(50, 0.4));
    }

    @Test
    void theTeacherAnswersItsOwnViewByTheStatisticsOfItsBatch() {
        MeanTeacher method = method();
        method.train(false);
        try (PointerScope scope = new PointerScope()) {
            Tensor l = Streams.pictures(3, 4);
            Tensor first = Streams.pictures(4, 6);
            Tensor second = Streams.pictures(5, 6);
            double[][] p;
            average.train(true);
            try (StillStatistics still = new StillStatistics()) {
                p = Streams.softmax(average.forward(first));
            }
            average.eval();
            double[][] q = Streams.softmax(online.forward(second));
            double sum = 0;
            for (int i = 0; i < p.length; i++) {
                for (int c = 0; c < Streams.CLASSES; c++) {
                    sum += (p[i][c] - q[i][c]) * (p[i][c] - q[i][c]);
                }
            }
            double expected = Streams.crossEntropy(Streams.softmax(online.forward(l)))
                    + 25 * sum / (6 * Streams.CLASSES); // w is at half of 50 after 20 of the 40 steps that it rises
            Loss loss = method.loss(
                    new Batch(Streams.labelled(l), Streams.unlabelled(first, second)), new Step(20, 100, 0, true));
            assertThat((double) Tensors.item(loss.total())).isCloseTo(expected, within(1e-4 * expected));
        }
    }

    @Test
    void theTeacherLearnsNothingAndKeepsItsStatistics() {
        MeanTeacher method = method();
        method.train(true);
        Map<String, float[]> before = values(average);
        try (PointerScope scope = new PointerScope()) {
            Tensor first = Streams.pictures(4, 6).set_requires_grad(true);
            Tensor second = Streams.pictures(5, 6).set_requires_grad(true);
            method.loss(
                            new Batch(Streams.labelled(Streams.pictures(3, 4)), Streams.unlabelled(first, second)),
                            new Step(50, 100, 0, false))
                    .total()
                    .backward();
            assertThat(first.grad().defined()).isFalse();
            assertThat(Streams.largest(second.grad())).isPositive();
        }
        values(average).forEach((name, values) -> assertThat(values).as(name).isEqualTo(before.get(name)));
        assertThat(average.is_training()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "10, 12.5", "40, 50", "99, 50"})
    void theWeightRisesOnALineAndStays(long step, double weight) {
        assertThat(new MeanTeacher.Config(50, 0.4).weight(new Step(step, 100, 0, false)))
                .isCloseTo(weight, within(1e-12));
        assertThat(new MeanTeacher.Config(50, 0).weight(new Step(step, 100, 0, false)))
                .isEqualTo(50);
    }

    @Test
    void withoutAnAverageThereIsNoTeacher() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new MeanTeacher(new AveragedClassifier(online), VIEW, new MeanTeacher.Config(50, 0.4)))
                .withMessageContaining("teacher");
    }

    private static Map<String, float[]> values(ImageClassifier network) {
        Map<String, float[]> values = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            network.state().forEach((name, tensor) -> values.put(name, Tensors.toFloats(tensor)));
        }
        return values;
    }
}
