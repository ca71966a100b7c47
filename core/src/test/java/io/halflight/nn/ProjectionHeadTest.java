package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halflight.torch.NativeTorch;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProjectionHeadTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @ParameterizedTest
    @CsvSource({
        "2048, 2, 4460672",
        "2048, 3, 8659072",
        "512, 2, 328832",
        "512, 3, 592000",
        "512, 1, 65664",
        "512, 0, 0",
    })
    void hasThePublishedNumberOfParameters(int width, int layers, long parameters) {
        try (PointerScope scope = new PointerScope()) {
            assertThat(StateDict.count(new ProjectionHead(width, width, 128, layers)))
                    .isEqualTo(parameters);
        }
    }

    @Test
    void onlyTheLastLayerLacksABeta() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = StateDict.of(new ProjectionHead(8, 12, 4, 3));
            assertThat(state)
                    .containsKeys("0.linear.weight", "0.bn.bias", "1.bn.bias", "2.linear.weight", "2.bn.weight")
                    .doesNotContainKeys("0.linear.bias", "2.linear.bias", "2.bn.bias");
            assertThat(state.get("1.linear.weight").shape()).containsExactly(12, 12);
            assertThat(state.get("2.linear.weight").shape()).containsExactly(4, 12);
        }
    }

    @Test
    void hiddensRunFromTheFeaturesToTheProjection() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(2);
            ProjectionHead head = new ProjectionHead(8, 12, 4, 3);
            head.train(false);
            Tensor h = torch.randn(5, 8);
            List<Tensor> stages = head.hiddens(h);
            assertThat(stages).hasSize(4);
            assertThat(stages.get(0)).isSameAs(h);
            for (int i = 0; i <= 3; i++) {
                assertThat(stages.get(i).shape()).containsExactly(5, head.width(i));
                assertThat(head.upTo(h, i).equal(stages.get(i))).isTrue();
            }
            assertThat(new int[] {head.width(0), head.width(1), head.width(2), head.width(3), head.width(-1)})
                    .containsExactly(8, 12, 12, 4, 4);
            assertThat(stages.get(1).min().item_double()).as("after the ReLU").isZero();
            assertThat(stages.get(2).min().item_double()).as("after the ReLU").isZero();
            assertThat(stages.get(3).min().item_double())
                    .as("no ReLU at the end")
                    .isNegative();
            assertThat(head.forward(h).equal(stages.get(3))).isTrue();
            assertThat(head.upTo(h, -1).equal(stages.get(3))).isTrue();
        }
    }

    @Test
    void theProjectionIsNormalisedOverTheBatch() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(2);
            Tensor z = new ProjectionHead(8, 0, 4, 2).forward(torch.randn(64, 8));
            assertThat(z.mean(0).abs().max().item_double()).isLessThan(1e-5);
            assertThat(z.var(0).sub(torch.ones(4)).abs().max().item_double()).isLessThan(0.1);
        }
    }

    @Test
    void withoutLayersItIsTheIdentity() {
        try (PointerScope scope = new PointerScope()) {
            ProjectionHead head = new ProjectionHead(8, 0, 4, 0);
            Tensor h = torch.randn(5, 8);
            assertThat(head.forward(h)).isSameAs(h);
            assertThat(head.hiddens(h)).containsExactly(h);
            assertThat(head.width(-1)).isEqualTo(8);
        }
    }

    @Test
    void hiddenWidthDefaultsToTheInput() {
        try (PointerScope scope = new PointerScope()) {
            assertThat(new ProjectionHead(8, 0, 4, 2).width(1)).isEqualTo(8);
        }
    }

    @Test
    void theFirstLayersShareTheirWeights() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(2);
            ProjectionHead head = new ProjectionHead(8, 6, 4, 3);
            ProjectionHead first = head.first(1);
            assertThat(StateDict.of(first).keySet()).allMatch(name -> name.startsWith("0."));
            StateDict.of(first).get("0.bn.bias").detach().add_(torch.ones(6));
            head.train(false);
            Tensor h = torch.randn(5, 8);
            assertThat(first.forward(h).equal(head.upTo(h, 1))).isTrue();
        }
    }

    @Test
    void impossibleShapesAndIndicesAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProjectionHead(8, 8, 4, 5))
                .withMessageContaining("got 5");
        assertThatIllegalArgumentException().isThrownBy(() -> new ProjectionHead(0, 8, 4, 2));
        try (PointerScope scope = new PointerScope()) {
            ProjectionHead head = new ProjectionHead(8, 8, 4, 2);
            assertThatIllegalArgumentException().isThrownBy(() -> head.width(3)).withMessageContaining("got 3");
            assertThatIllegalArgumentException().isThrownBy(() -> head.first(3));
        }
    }
}
