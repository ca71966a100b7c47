package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.backbone.ImageClassifier;
import io.halflight.loss.KullbackLeibler;
import io.halflight.method.VirtualAdversary.Direction;
import io.halflight.nn.Layer;
import io.halflight.nn.StillStatistics;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VirtualAdversaryTest {
    private static final double EPS = 0.2;

    static {
        NativeTorch.load();
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "3, 0", "1, 0.1", "2, 0.1", "3, 0.1"})
    void theDirectionFoundMovesTheAnswerMoreThanAnyOfTwentyRandomOnes(long seed, double xi) {
        ImageClassifier network = Streams.network(seed);
        network.train(true);
        try (PointerScope scope = new PointerScope();
                StillStatistics still = new StillStatistics()) {
            Tensor x = Streams.pictures(seed + 10, 16);
            Tensor clean = network.forward(x).detach();
            Tensor r = adversary(xi, Direction.S4L).direction(network, x, clean);
            double found = divergence(network, x, r, clean);
            for (int i = 0; i < 20; i++) {
                assertThat(divergence(network, x, scaled(torch.randn_like(x), EPS), clean))
                        .as("seed %d, direction %d", seed, i)
                        .isLessThan(found);
            }
        }
    }

    private static double divergence(Layer network, Tensor x, Tensor r, Tensor clean) {
        return Tensors.item(
                KullbackLeibler.each(network.forward(x.add(r)), clean).mean());
    }

    @ParameterizedTest
    @CsvSource({"0, S4L", "0, MIYATO", "0.01, S4L", "0.01, MIYATO"})
    void ofALinearNetworkItIsTheSecondDerivativeWorkedOutByHand(double xi, Direction direction) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(4);
            Tensor w = torch.randn(3, 16);
            Layer linear = x -> x.flatten(1, 3).mm(w.t());
            Tensor x = torch.rand(5, 1, 4, 4);
            Tensor clean = linear.forward(x);
            torch.manual_seed(7);
            Tensor d = scaled(torch.randn_like(x), 1).flatten(1, 3); // [5, 16]
            Tensor p = clean.softmax(1);
            Tensor pjd = p.mul(d.mm(w.t())); // [5, 3]
            Tensor hd = pjd.sub(p.mul(pjd.sum(new long[] {1}, true, null))).mm(w);
            Tensor expected = scaled(hd.reshape(5, 1, 4, 4), EPS);
            torch.manual_seed(7);
            Tensor r = adversary(xi, direction).direction(linear, x, clean);
            assertThat(Tensors.toFloats(r))
                    .containsExactly(Tensors.toFloats(expected), within(xi == 0 ? 1e-5f : 4e-3f));
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void theLossIsTheDivergenceThatWasAskedFor(Direction direction) {
        ImageClassifier network = Streams.network(1);
        network.train(true);
        try (PointerScope scope = new PointerScope();
                StillStatistics still = new StillStatistics()) {
            Tensor x = Streams.pictures(3, 6);
            Tensor clean = network.forward(x).detach();
            torch.manual_seed(8);
            Tensor r = adversary(0, direction).direction(network, x, clean);
            Tensor changed = network.forward(x.add(r));
            Tensor expected = direction == Direction.S4L
                    ? KullbackLeibler.each(changed, clean)
                    : KullbackLeibler.each(clean, changed);
            torch.manual_seed(8);
            assertThat(Tensors.item(adversary(0, direction).loss(network, x, clean)))
                    .isCloseTo(Tensors.item(expected.mean()), within(1e-6f))
                    .isNotCloseTo(
                            Tensors.item((direction == Direction.S4L
                                            ? KullbackLeibler.each(clean, changed)
                                            : KullbackLeibler.each(changed, clean))
                                    .mean()),
                            within(1e-4f));
        }
    }

    @Test
    void theChangeHasItsLengthInEachPicture() {
        ImageClassifier network = Streams.network(1);
        network.train(true);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Streams.pictures(3, 6);
            Tensor r = adversary(0, Direction.S4L).direction(network, x, network.forward(x));
            assertThat(r.requires_grad()).isFalse();
            for (float square : Tensors.toFloats(r.square().sum(new long[] {1, 2, 3}))) {
                assertThat(Math.sqrt(square)).isCloseTo(EPS, within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "0.1"})
    void weightsLearnAndRunningStatisticsAndTheCleanAnswerDoNot(double xi) {
        ImageClassifier network = Streams.network(1);
        network.train(true);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Streams.pictures(3, 6);
            Tensor clean = network.forward(x).detach().set_requires_grad(true);
            Map<String, float[]> before = statistics(network);
            adversary(xi, Direction.S4L).loss(network, x, clean).backward();
            statistics(network)
                    .forEach((name, values) -> assertThat(values).as(name).isEqualTo(before.get(name)));
            assertThat(clean.grad().defined()).isFalse();
            assertThat(Streams.largest(network.state().get("conv1.weight").grad()))
                    .isPositive();
            assertThat(network.is_training()).isTrue();
        }
    }

    private static Map<String, float[]> statistics(ImageClassifier network) {
        Map<String, float[]> statistics = new LinkedHashMap<>();
        network.state().forEach((name, tensor) -> {
            if (name.contains("running_") || name.endsWith("num_batches_tracked")) {
                statistics.put(name, Tensors.toFloats(tensor));
            }
        });
        assertThat(statistics).isNotEmpty();
        return statistics;
    }

    @Test
    void aSureAnswersTinyDerivativeStillPointsSomewhereAndNoneStaysNone() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(4);
            Tensor w = torch.randn(3, 16);
            Layer sure = x -> x.flatten(1, 3).mm(w.t()).mul(new Scalar(1e-8)); // H d is about 1e-16, its square nothing
            Layer indifferent = x -> x.flatten(1, 3).mm(w.t()).mul(new Scalar(0.0));
            Tensor x = torch.rand(5, 1, 4, 4);
            Tensor r = adversary(0, Direction.S4L).direction(sure, x, sure.forward(x));
            for (float square : Tensors.toFloats(r.square().sum(new long[] {1, 2, 3}))) {
                assertThat(Math.sqrt(square)).isCloseTo(EPS, within(1e-5));
            }
            Tensor none = adversary(0, Direction.S4L).direction(indifferent, x, indifferent.forward(x));
            assertThat(Streams.largest(none)).isZero();
        }
    }

    @Test
    void checksItsNumbers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new VirtualAdversary.Config(0, 0, Direction.S4L))
                .withMessageContaining("eps");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new VirtualAdversary.Config(1, -1, Direction.S4L))
                .withMessageContaining("xi");
    }

    private static VirtualAdversary adversary(double xi, Direction direction) {
        return new VirtualAdversary(new VirtualAdversary.Config(EPS, xi, direction));
    }

    private static Tensor scaled(Tensor d, double length) {
        return d.div(d.square().sum(new long[] {1, 2, 3}, true, null).sqrt()).mul(new Scalar(length));
    }
}
