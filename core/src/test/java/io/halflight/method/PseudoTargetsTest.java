package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class PseudoTargetsTest {
    private static final Step FIRST = new Step(0, 10, 0, false);

    static {
        NativeTorch.load();
    }

    private final Tensor like = torch.zeros(1);

    private PseudoTargets targets(List<Double> prior, boolean classThresholds, int classes) {
        return new PseudoTargets(new PseudoTargets.Config(prior, classThresholds), classes, like);
    }

    /** Logits whose softmax these rows are. */
    private static Tensor logits(int classes, float... probabilities) {
        return Tensors.floats(probabilities, probabilities.length / classes, classes)
                .log();
    }

    @Test
    void anAnswerMayReachTheThresholdOrHasToPassIt() {
        try (PointerScope scope = new PointerScope()) {
            Tensor rows = Tensors.floats(new float[] {0, 0, 5, 0, 0, 1}, 3, 2); // 0.5 exactly, 0.9933, 0.7311
            PseudoTargets plain = targets(List.of(), false, 2);
            assertThat(Tensors.toFloats(plain.choose(rows, 0.5, FIRST).mask())).containsExactly(1, 1, 1);
            assertThat(Tensors.toFloats(plain.choose(rows, 0.5, FIRST, true).mask()))
                    .containsExactly(0, 1, 1);
            PseudoTargets.Chosen chosen = plain.choose(rows, 0.9, FIRST);
            assertThat(Tensors.toFloats(chosen.mask())).containsExactly(0, 1, 0);
            assertThat(Tensors.toLongs(chosen.classes())).endsWith(0, 1);
            assertThat(Tensors.toFloats(chosen.logits())).containsExactly(Tensors.toFloats(rows));
        }
    }

    @Test
    void udasGoldenAnswerIsMaskedAtPointEightAndKeptAtOneHalf() {
        try (PointerScope scope = new PointerScope()) {
            Tensor golden = Tensors.floats(new float[] {2, 0, 0}, 1, 3);
            PseudoTargets plain = targets(List.of(), false, 3);
            PseudoTargets.Chosen chosen = plain.choose(golden, 0.8, FIRST, true);
            assertThat(Tensors.item(chosen.confidence())).isCloseTo(0.786986f, within(1e-6f));
            assertThat(Tensors.item(chosen.mask())).isZero();
            assertThat(Tensors.item(plain.choose(golden, 0.5, FIRST, true).mask()))
                    .isEqualTo(1);
        }
    }

    @Test
    void alignmentBringsTheMeanToThePrior() {
        List<Double> prior = List.of(0.5, 0.3, 0.2);
        PseudoTargets aligned = targets(prior, false, 3);
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(3);
            // An undecided network that favours the last class.
            Tensor answers = torch.randn(400, 3).mul(new Scalar(0.2)).add(Tensors.floats(new float[] {0, 0, 1.5f}));
            float[] before = Tensors.toFloats(answers.softmax(1).mean(0));
            assertThat(before[2]).isGreaterThan(0.6f);
            for (int i = 0; i < 3000; i++) {
                try (PointerScope step = new PointerScope()) {
                    aligned.choose(answers, 0.9, new Step(i, 3000, 0, false));
                }
            }
            Tensor mean =
                    aligned.choose(answers, 0.9, FIRST).logits().softmax(1).mean(0);
            for (int k = 0; k < 3; k++) {
                assertThat(Tensors.toFloats(mean)[k]).isCloseTo(prior.get(k).floatValue(), within(0.02f));
            }
        }
    }

    @Test
    void alignmentMultipliesByPriorOverMeanAndBringsTheSumBackToOne() {
        PseudoTargets aligned = targets(List.of(0.8, 0.2), false, 2);
        try (PointerScope scope = new PointerScope()) {
            // Step 0 keeps a tenth of the mean: 0.1 * 0.5 + 0.9 * 0.4 = 0.41 of the first class.
            PseudoTargets.Chosen chosen = aligned.choose(logits(2, 0.4f, 0.6f), 0.7, FIRST);
            double first = 0.4 * 0.8 / 0.41;
            double second = 0.6 * 0.2 / 0.59;
            assertThat((double) Tensors.item(chosen.confidence())).isCloseTo(first / (first + second), within(1e-5));
            assertThat(Tensors.toLongs(chosen.classes())).containsExactly(0);
            assertThat(Tensors.item(chosen.mask())).isEqualTo(1);
        }
    }

    @Test
    void aRareClassHasALowerThreshold() {
        PseudoTargets byClass = targets(List.of(), true, 2);
        try (PointerScope scope = new PointerScope()) {
            // After step 0 the means are 0.1 * 0.5 + 0.9 * (0.7, 0.3) = (0.68, 0.32): thresholds 0.9 and 0.4235.
            PseudoTargets.Chosen chosen = byClass.choose(logits(2, 0.85f, 0.15f, 0.85f, 0.15f, 0.4f, 0.6f), 0.9, FIRST);
            assertThat(Tensors.toFloats(chosen.mask())).containsExactly(0, 0, 1);
            assertThat(Tensors.toFloats(targets(List.of(), false, 2)
                            .choose(logits(2, 0.4f, 0.6f), 0.9, FIRST)
                            .mask()))
                    .containsExactly(0);
        }
    }

    @Test
    void theRunningMeanIsSavedWhereThereIsOne() {
        Trainable nothing = new Trainable(List.of(), Map.of());
        assertThat(targets(List.of(), false, 2).with(nothing).state()).isEmpty();
        assertThat(targets(List.of(), true, 2).with(nothing).state()).containsOnlyKeys("method.meanProbabilities");
    }

    @Test
    void aPriorHasAShareForEachClass() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> targets(List.of(0.5, 0.5), false, 3))
                .withMessageContaining("2 classes for a network of 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> targets(List.of(1.0, 0.0), false, 2))
                .withMessageContaining("above 0");
    }
}
