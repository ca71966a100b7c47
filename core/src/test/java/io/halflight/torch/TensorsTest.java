package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TensorsTest {
    private final float[] six = {1, 2, 3, 4, 5, 6.5f};

    @Test
    void copiesValuesInAndOut() {
        Tensor tensor = Tensors.floats(six, 2, 3);
        assertThat(tensor.shape()).containsExactly(2, 3);
        assertThat(tensor.scalar_type().intern()).isEqualTo(ScalarType.Float);
        assertThat(Tensors.toFloats(tensor)).containsExactly(six);

        six[0] = 9;
        assertThat(Tensors.toFloats(tensor)[0]).isEqualTo(1);

        Tensor labels = Tensors.longs(new long[] {Long.MAX_VALUE, -1});
        assertThat(labels.shape()).containsExactly(2);
        assertThat(Tensors.toLongs(labels)).containsExactly(Long.MAX_VALUE, -1);
    }

    @Test
    void readsRowByRowWhateverTypeAndLayout() {
        Tensor tensor = Tensors.floats(six, 2, 3);
        assertThat(Tensors.toFloats(tensor.t())).containsExactly(1, 4, 2, 5, 3, 6.5f);
        assertThat(Tensors.toFloats(tensor.to(ScalarType.BFloat16))).containsExactly(six);
        assertThat(Tensors.toFloats(tensor.to(ScalarType.Double).set_requires_grad(true)))
                .containsExactly(six);
        assertThat(Tensors.toLongs(tensor)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Tensors.toLongs(tensor.gt(new org.bytedeco.pytorch.Scalar(4.0))))
                .containsExactly(0, 0, 0, 0, 1, 1);
    }

    @Test
    void handlesNoValues() {
        assertThat(Tensors.toFloats(Tensors.floats(new float[0], 0, 3))).isEmpty();
        assertThat(Tensors.toLongs(Tensors.longs(new long[0]))).isEmpty();
    }

    @Test
    void readsOneValue() {
        assertThat(Tensors.item(Tensors.floats(new float[] {2.5f}))).isEqualTo(2.5f);
        assertThat(Tensors.item(Tensors.longs(new long[] {7}, 1, 1))).isEqualTo(7f);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensors.item(Tensors.floats(six)))
                .withMessageContaining("[6]");
    }

    @Test
    void refusesAShapeThatDoesNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensors.floats(six, 2, 2))
                .withMessageContaining("6 values")
                .withMessageContaining("[2, 2]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensors.floats(six, -2, -3))
                .withMessageContaining("[-2, -3]");
    }

    @Test
    void raisesHalfPrecisionOnly() {
        Tensor x = Tensors.floats(six);
        assertThat(Tensors.atLeastFloat(x)).isSameAs(x);
        assertThat(Tensors.atLeastFloat(x.to(ScalarType.Half)).scalar_type().intern())
                .isEqualTo(ScalarType.Float);
        assertThat(Tensors.atLeastFloat(x.to(ScalarType.Double)).scalar_type().intern())
                .isEqualTo(ScalarType.Double);
    }

    @Test
    void keepsNoNativeObjects() {
        Tensor tensor = Tensors.floats(six, 2, 3);
        long before = Pointer.totalCount();
        for (int i = 0; i < 100; i++) {
            Tensors.toFloats(tensor.t());
            try (PointerScope scope = new PointerScope()) {
                Tensors.floats(six);
            }
        }
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before + 100); // the views made by t() are the caller's
    }

    @Test
    void ofSomeWorkOnlyTheResultRemains() {
        try (PointerScope outer = new PointerScope()) {
            Tensor six = Tensors.floats(this.six);
            long before = Pointer.totalCount();
            Tensor sum = Tensors.resultOf(() -> six.add(six).mul(six).sum());
            assertThat(Pointer.totalCount()).isEqualTo(before + 1);
            assertThat(Tensors.item(sum)).isEqualTo(2 * (55 + 6.5f * 6.5f));
            assertThat(Tensors.resultOf(() -> six)).isSameAs(six);
            assertThat(Tensors.toFloats(six)).isEqualTo(this.six);
            sum.retainReference();
            outer.close();
            assertThat(six.isNull()).isTrue();
            assertThat(sum.isNull()).isFalse();
            sum.close();
            assertThat(sum.isNull()).isTrue();
        }
    }
}
