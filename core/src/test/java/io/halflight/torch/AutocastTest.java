package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.ones;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class AutocastTest {
    private final Device cpu = Devices.parse("cpu");
    private final Tensor x = ones(2, 2);

    @Test
    void multipliesInBfloat16WhileOpen() {
        try (Autocast autocast = Autocast.of(cpu, Precision.BF16)) {
            assertThat(product()).isEqualTo(ScalarType.BFloat16);
        }
        assertThat(product()).isEqualTo(ScalarType.Float);
    }

    @Test
    void doesNothingInFullPrecision() {
        try (Autocast autocast = Autocast.of(cpu, Precision.FP32)) {
            assertThat(product()).isEqualTo(ScalarType.Float);
        }
        try (Autocast outer = Autocast.of(cpu, Precision.BF16);
                Autocast inner = Autocast.of(cpu, Precision.FP32)) {
            assertThat(product()).isEqualTo(ScalarType.BFloat16);
        }
    }

    @Test
    void restoresTheOuterRegionWhenNested() {
        try (Autocast outer = Autocast.of(cpu, Precision.BF16)) {
            try (Autocast off = Autocast.off(cpu)) {
                assertThat(product()).isEqualTo(ScalarType.Float);
            }
            assertThat(product()).isEqualTo(ScalarType.BFloat16);
        }
        assertThat(torch.is_autocast_enabled(DeviceType.CPU)).isFalse();
    }

    @Test
    void castsWeightsAnewAfterAnUpdate() {
        Tensor weight = ones(2, 2).set_requires_grad(true);
        for (float expected : new float[] {2, 4}) {
            try (Autocast autocast = Autocast.of(cpu, Precision.BF16)) {
                assertThat(Tensors.toFloats(x.mm(weight))).containsOnly(expected);
            }
            weight.data().fill_(new org.bytedeco.pytorch.Scalar(2.0));
        }
    }

    private ScalarType product() {
        return x.mm(x).scalar_type().intern();
    }
}
