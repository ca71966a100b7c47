package io.halflight.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MovingAverageTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @ParameterizedTest
    @CsvSource({"0, 0.996", "25, 0.99658579", "50, 0.998", "75, 0.99941421", "100, 1"})
    void tauRisesOnACosine(long step, double tau) {
        assertThat(MovingAverage.cosineTau(0.996, step, 100)).isCloseTo(tau, within(1e-8));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.1", "1, 0.18181818", "8, 0.5", "89, 0.90909091", "8989, 0.99899989", "10000, 0.999"})
    void countedTauRisesWithTheStepsAsTensorFlows(long step, double tau) {
        assertThat(MovingAverage.countedTau(0.999, step)).isCloseTo(tau, within(1e-8));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0.33333333", "2, 0.42857143", "60, 0.5"})
    void debiasedTauForgetsTheFirstWeights(long step, double tau) {
        // With 0.5: after two steps (1 * w1 + 2 * w2) / 3, after three (1 * w1 + 2 * w2 + 4 * w3) / 7.
        assertThat(MovingAverage.debiasedTau(0.5, step)).isCloseTo(tau, within(1e-8));
    }

    @ParameterizedTest
    @CsvSource({"OWN, 0", "AVERAGED, 1.75", "COPIED, 7"})
    void runningStatisticsComeFromWhereTheyAreToldTo(MovingAverage.Statistics statistics, float mean) {
        BatchNorm online = new BatchNorm(1);
        BatchNorm target = new BatchNorm(1);
        MovingAverage average = new MovingAverage(online, target, statistics);
        try (NoGradGuard guard = new NoGradGuard()) {
            StateDict.of(online).get("running_mean").fill_(new Scalar(7.0));
        }
        average.update(0.75);
        assertThat(Tensors.toFloats(StateDict.of(target).get("running_mean"))).containsExactly(mean);
    }

    @Test
    void weightsFollowAndRunningStatisticsDoNot() {
        BatchNorm online = new BatchNorm(2);
        BatchNorm target = new BatchNorm(2);
        Map<String, Tensor> theta = StateDict.of(online);
        Map<String, Tensor> xi = StateDict.of(target);
        try (NoGradGuard guard = new NoGradGuard()) {
            theta.get("weight").fill_(new Scalar(5.0));
            theta.get("running_mean").fill_(new Scalar(7.0));
        }
        MovingAverage average = new MovingAverage(online, target);
        average.update(0.75);
        assertThat(Tensors.toFloats(xi.get("weight"))).containsExactly(2, 2); // 0.75 * 1 + 0.25 * 5
        assertThat(Tensors.toFloats(xi.get("running_mean"))).containsExactly(0, 0);
        assertThat(xi.get("weight").requires_grad()).isFalse();
        assertThat(theta.get("weight").requires_grad()).isTrue();
        average.start();
        assertThat(Tensors.toFloats(xi.get("weight"))).containsExactly(5, 5);
        assertThatThrownBy(() -> average.update(1.5)).hasMessageContaining("1.5");
    }
}
