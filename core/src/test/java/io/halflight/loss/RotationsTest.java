package io.halflight.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RotationsTest {
    static {
        NativeTorch.load();
    }

    /** Every pixel of the batch has a value of its own. */
    private static Tensor pictures(int n, int channels, int side) {
        float[] values = new float[n * channels * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return Tensors.floats(values, n, channels, side, side);
    }

    @ParameterizedTest
    @CsvSource({"1,1,2", "2,3,4", "3,3,5", "2,1,7", "2,3,1"})
    void turnsEveryPlaneCounterClockwiseBlockAfterBlock(int n, int channels, int side) {
        Tensor x = pictures(n, channels, side);
        Tensor all = Rotations.all(x);
        assertThat(all.shape()).containsExactly(4L * n, channels, side, side);
        float[] turned = Tensors.toFloats(all);
        float[] expected = Tensors.toFloats(x);
        for (int r = 0; r < 4; r++) {
            float[] block = new float[expected.length];
            System.arraycopy(turned, r * expected.length, block, 0, expected.length);
            assertThat(block).as("%d quarter turns", r).isEqualTo(expected);
            expected = quarterTurn(expected, side);
        }
        assertThat(expected).as("four quarter turns").isEqualTo(Tensors.toFloats(x));
    }

    /** Counter-clockwise: the last column becomes the first row. */
    private static float[] quarterTurn(float[] planes, int side) {
        float[] out = new float[planes.length];
        for (int i = 0; i < planes.length; i++) {
            int plane = i / (side * side);
            int row = i / side % side;
            int column = i % side;
            out[i] = planes[(plane * side + column) * side + side - 1 - row];
        }
        return out;
    }

    @Test
    void theFirstTurnIsThatOfNumpy() {
        // numpy.rot90([[0, 1], [2, 3]]) = [[1, 3], [0, 2]], then [[3, 2], [1, 0]], then [[2, 0], [3, 1]]
        assertThat(Tensors.toFloats(Rotations.all(pictures(1, 1, 2))))
                .containsExactly(0, 1, 2, 3, 1, 3, 0, 2, 3, 2, 1, 0, 2, 0, 3, 1);
    }

    @Test
    void theQuarterTurnAppliedFourTimesIsTheIdentity() {
        Tensor x = pictures(2, 3, 5);
        Tensor turned = x;
        for (int i = 1; i <= 4; i++) {
            turned = Rotations.all(turned).narrow(0, 2, 2);
            assertThat(turned.equal(x)).as("%d quarter turns", i).isEqualTo(i == 4);
        }
    }

    @Test
    void labelsCountTheQuarterTurnsOfEachRow() {
        try (Device cpu = Devices.parse("cpu")) {
            Tensor labels = Rotations.labels(3, cpu);
            assertThat(labels.scalar_type().intern()).isEqualTo(ScalarType.Long);
            assertThat(Tensors.toLongs(labels)).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);
            assertThat(Rotations.labels(0, cpu).shape()).containsExactly(0);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Rotations.labels(-1, cpu))
                    .withMessageContaining("-1");
        }
    }

    @Test
    void keepsTheMemoryFormat() {
        Tensor x = pictures(2, 3, 6);
        Tensor last = x.contiguous(MemoryFormat.ChannelsLast);
        Tensor rotated = Rotations.all(last);
        assertThat(rotated.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
        assertThat(Rotations.all(x).is_contiguous()).isTrue();
        assertThat(Rotations.all(x).is_contiguous(MemoryFormat.ChannelsLast)).isFalse();
        assertThat(Tensors.toFloats(rotated)).isEqualTo(Tensors.toFloats(Rotations.all(x)));
    }

    @Test
    void gradientsReachThePicture() {
        Tensor x = pictures(1, 1, 2).set_requires_grad(true);
        Tensor weights = Tensors.floats(new float[] {1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0}, 4, 1, 2, 2);
        Rotations.all(x).mul(weights).sum().backward();
        // the upper left corner shows pixel 0, then 1, 3 and 2
        assertThat(Tensors.toFloats(x.grad())).containsExactly(1, 2, 8, 4);
    }

    @Test
    void refusesWhatHasNoFourOrientations() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rotations.all(torch.ones(2, 3, 4, 5)))
                .withMessageContaining("[2, 3, 4, 5]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rotations.all(torch.ones(3, 4, 4)))
                .withMessageContaining("[3, 4, 4]");
    }
}
