package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** On the CPU; what pinned memory does takes a GPU. */
class UploadTest {
    private final Device cpu = Devices.parse("cpu");

    @Test
    void onTheCpuNothingIsCopiedTwiceNorPinned() {
        Tensor host = Upload.host(ScalarType.Byte, cpu, 2, 3);
        assertThat(host.shape()).containsExactly(2, 3);
        assertThat(host.scalar_type().intern()).isEqualTo(ScalarType.Byte);
        assertThat(host.is_pinned()).isFalse();
        assertThat(Upload.send(host, cpu)).isSameAs(host);
    }

    @Test
    void valuesArriveInTheirShape() {
        Tensor floats = Upload.floats(new float[] {1, 2, 3, 4.5f}, cpu, 2, 2);
        assertThat(floats.shape()).containsExactly(2, 2);
        assertThat(Tensors.toFloats(floats)).containsExactly(1, 2, 3, 4.5f);
        assertThat(Tensors.toLongs(Upload.longs(new long[] {7, -1}, cpu))).containsExactly(7, -1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Upload.longs(new long[] {7, -1}, cpu, 3))
                .withMessageContaining("[3]");
    }
}
