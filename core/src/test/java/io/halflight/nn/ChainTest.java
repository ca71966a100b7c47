package io.halflight.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ChainTest {
    private final List<Tensor> made = new ArrayList<>();

    private Layer doubling() {
        return x -> {
            Tensor inner = kept(x.mul(new Scalar(2.0)));
            return kept(inner.add(new Scalar(1.0)));
        };
    }

    private Tensor kept(Tensor tensor) {
        made.add(tensor);
        return tensor;
    }

    @Test
    void passesThroughAllLayersInOrder() {
        try (PointerScope scope = new PointerScope()) {
            Tensor y =
                    Chain.forward(Tensors.floats(new float[] {1, 2}), 0, List.of(doubling(), x -> x, Tensor::square));
            assertThat(Tensors.toFloats(y)).containsExactly(9, 25);
        }
    }

    @Test
    void keepsOnlyTheLastResultAndLeavesTheInputAlone() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.floats(new float[] {1});
            Tensor y = Chain.forward(x, 0, List.of(doubling(), doubling(), z -> z));
            assertThat(made).hasSize(4);
            assertThat(made.stream().filter(t -> !t.isNull())).containsExactly(y);
            assertThat(x.isNull()).isFalse();
        }
        assertThat(made).allMatch(t -> t.isNull()); // the result belonged to the caller's scope
    }

    @Test
    void aLayerThatFailsLeavesNothingBehind() {
        Layer failing = x -> {
            throw new IllegalStateException("no room");
        };
        for (Recompute.Extent extent : Recompute.Extent.values()) {
            made.clear();
            try (PointerScope scope = new PointerScope()) {
                Tensor x = Tensors.floats(new float[] {1});
                Tensor w = Tensors.floats(new float[] {2}).set_requires_grad(true);
                Layer learning = z -> kept(z.mul(w));
                long handles = Pointer.totalCount();
                try (Recompute again = Recompute.open(extent)) {
                    assertThatThrownBy(() -> Chain.forward(x, 1, List.of(learning, learning, failing)))
                            .hasMessage("no room");
                }
                assertThat(made).hasSize(2).allMatch(t -> t.isNull());
                assertThat(Pointer.totalCount()).as("handles, %s", extent).isLessThanOrEqualTo(handles);
            }
        }
    }

    @Test
    void aBackwardPassWithoutFinishIsFound() {
        try (PointerScope scope = new PointerScope();
                Recompute again = Recompute.open(Recompute.Extent.ALL)) {
            Tensor w = Tensors.floats(new float[] {2}).set_requires_grad(true);
            Tensor y = Chain.forward(Tensors.floats(new float[] {3}), 1, List.of(z -> z.mul(w), z -> z));
            y.sum().backward();
            assertThatThrownBy(again::requireFinished)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Recompute.finish()");
            Recompute.finish();
            again.requireFinished();
            assertThat(Tensors.item(w.grad())).isEqualTo(3);
        }
    }

    @Test
    void withoutAScopeTheResultIsTheCallersToClose() {
        Tensor x = Tensors.floats(new float[] {1});
        Tensor y = Chain.forward(x, 0, List.of(doubling()));
        assertThat(Tensors.item(y)).isEqualTo(3);
        y.close();
        x.close();
    }

    @Test
    void gradientsDoNotNeedTheHandles() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.floats(new float[] {3}).set_requires_grad(true);
            Chain.forward(x, 0, List.of(Tensor::square, Tensor::square)).sum().backward(); // x^4
            assertThat(Tensors.item(x.grad())).isEqualTo(4 * 27);
        }
    }

    @Test
    void operationsInPlaceOnOwnTensorsAreResultsToo() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.floats(new float[] {-2, 2});
            Layer layer = z -> Functional.leakyRelu(Functional.relu(z.neg()).neg(), 0.5);
            assertThat(Tensors.toFloats(Chain.forward(x, 0, List.of(layer)))).containsExactly(-1, -0f);
        }
    }

    @Test
    void aReferenceThatWouldDangleIsRefused() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor x = Tensors.floats(new float[] {1});
            Layer layer = z -> new Tensor(z.add(z)) {
                @Override
                public int referenceCount() {
                    return -1; // as that of what an operation gives which is a function in C++ and works in place
                }
            };
            assertThatThrownBy(() -> Chain.forward(x, 0, List.of(layer)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ends with it");
        }
    }
}
