package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.torch.NativeTorch;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class InitTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void truncatedNormalHasTheAskedStandardDeviationAndNoTail() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            Tensor w = Init.truncatedNormal(0.05, 400, 500);
            assertThat(w.mean().item_double()).isCloseTo(0, within(5e-4));
            assertThat(w.std().item_double()).isCloseTo(0.05, within(3e-4));
            // A normal cut at two of its own deviations, each 0.05 / 0.8796; an uncut one would reach 0.2 here.
            assertThat(w.abs().max().item_double()).isBetween(0.1130, 0.11370);
        }
    }

    @Test
    void theSeedFixesTheDraw() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(3);
            Tensor first = Init.truncatedNormal(1, 50);
            Tensor other = Init.truncatedNormal(1, 50);
            torch.manual_seed(3);
            assertThat(Init.truncatedNormal(1, 50).equal(first)).isTrue();
            assertThat(other.equal(first)).isFalse();
        }
    }

    @Test
    void denseLayersStartSmallWithAZeroBias() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            LinearImpl layer = Init.dense(300, 200, true);
            assertThat(layer.weight().std().item_double()).isCloseTo(0.01, within(2e-4));
            assertThat(layer.bias().abs().max().item_double()).isZero();
            assertThat(StateDict.of(Init.dense(3, 2, false))).containsOnlyKeys("weight");
        }
    }

    @Test
    void convolutionsScaleWithTheirFanIn() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(1);
            Tensor weight = StateDict.of(new Conv2d(64, 128, 3, 1)).get("weight");
            assertThat(weight.shape()).containsExactly(128, 64, 3, 3);
            assertThat(weight.std().item_double()).isCloseTo(Math.sqrt(1.0 / (64 * 9)), within(4e-4));
        }
    }
}
