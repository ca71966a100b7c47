package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.torch.NativeTorch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HeadFormTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void countsAreThePublishedOnes() {
        assertThat(StateDict.count(new ProjectionHead(2048, 4096, 256, 2, HeadForm.BYOL)))
                .as("BYOL's projector on ResNet-50")
                .isEqualTo(9_449_472);
        assertThat(StateDict.count(new ProjectionHead(256, 4096, 256, 2, HeadForm.BYOL)))
                .as("BYOL's predictor")
                .isEqualTo(2_109_440);
        assertThat(StateDict.count(new ProjectionHead(2048, 0, 128, 2, HeadForm.SIMCLR)))
                .as("SimCLR's head on ResNet-50")
                .isEqualTo(4_460_672);
        assertThat(StateDict.count(new ProjectionHead(2048, 0, 128, 2, HeadForm.MOCO)))
                .as("MoCo v2's head on ResNet-50: two dense layers with biases")
                .isEqualTo(2048 * 2048 + 2048 + 2048 * 128 + 128);
    }

    @Test
    void onlyTheFormsThatNormaliseHaveRunningStatistics() {
        assertThat(StateDict.of(new ProjectionHead(8, 0, 4, 2, HeadForm.SIMCLR)))
                .containsKeys("0.bn.bias", "1.bn.weight")
                .doesNotContainKeys("1.bn.bias", "0.linear.bias", "1.linear.bias");
        assertThat(StateDict.of(new ProjectionHead(8, 0, 4, 2, HeadForm.BYOL)))
                .containsKeys("0.bn.bias", "0.linear.bias")
                .doesNotContainKeys("1.bn.weight", "1.linear.bias");
        assertThat(StateDict.of(new ProjectionHead(8, 0, 4, 2, HeadForm.MOCO)))
                .containsOnlyKeys("0.linear.weight", "0.linear.bias", "1.linear.weight", "1.linear.bias");
    }
}
