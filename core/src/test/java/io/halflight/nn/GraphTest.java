package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.torch.NativeTorch;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GraphTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    /** ReLU writes over its input, and the sum over its first: both are new values from then on. */
    @Test
    void everyStepKnowsWhatItTakes() {
        try (PointerScope scope = new PointerScope()) {
            Conv2d conv = new Conv2d(3, 4, 3, 2);
            Graph graph = Graph.of(
                    x -> {
                        Tensor y = Functional.relu(conv.forward(x));
                        return Functional.mean(Functional.add(conv.forward(x), y));
                    },
                    torch.randn(1, 3, 8, 8));
            assertThat(graph.steps())
                    .extracting(step -> step.operation().getClass().getSimpleName())
                    .containsExactly("Convolution", "Relu", "Convolution", "Add", "Mean");
            assertThat(graph.steps())
                    .extracting(Graph.Step::inputs)
                    .containsExactly(List.of(0), List.of(1), List.of(0), List.of(3, 2), List.of(4));
            assertThat(graph.output()).isEqualTo(5);
            assertThat(graph.result().shape()).containsExactly(1, 4);
        }
    }

    @Test
    void aNormalisationIsAStepUnlessItIsFolded() {
        try (PointerScope scope = new PointerScope();
                Folding folding = new Folding()) {
            Conv2d conv = new Conv2d(3, 4, 3, 1);
            BatchNorm norm = new BatchNorm(4);
            norm.eval();
            var both = new NormedConv(conv, norm);
            Tensor x = torch.randn(1, 3, 8, 8);
            assertThat(Graph.of(both, x).steps()).hasSize(2);
            List<Graph.Step> folded = folding.during(() -> Graph.of(both, x)).steps();
            assertThat(folded).hasSize(1);
            assertThat(((Operation.Convolution) folded.get(0).operation()).bias())
                    .isNotNull();
        }
    }

    @Test
    void whatCannotBeWrittenDownIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.randn(1, 3, 8, 8);
            assertThatThrownBy(() -> Graph.of(y -> Functional.relu(y).mul(new Scalar(2.0)), x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("step 1 (Relu[])");
            BatchNorm learning = new BatchNorm(3);
            assertThatThrownBy(() -> Graph.of(y -> Functional.relu(learning.forward(y)), x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("or it learns");
            assertThat(Functional.relu(torch.ones(2)).numel()).isEqualTo(2); // nothing is written down any more
        }
    }
}
