package io.halflight.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.halflight.HalflightException;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
    @Test
    void readsTheProcessor() {
        Device cpu = Devices.parse("cpu");
        assertThat(cpu.is_cpu()).isTrue();
        assertThat(Devices.describe(cpu)).matches("cpu \\(\\w+, \\d+ threads?\\)");
    }

    @Test
    void takesCudaOnlyWhereThereIsOne() {
        assertThat(Devices.parse("auto").is_cuda()).isEqualTo(torch.cuda_is_available());
        assumeFalse(torch.cuda_is_available());
        for (String text : List.of("cuda", "cuda:1")) {
            assertThatExceptionOfType(HalflightException.class)
                    .isThrownBy(() -> Devices.parse(text))
                    .withMessageContaining("\"" + text + "\"")
                    .withMessageContaining("use auto or cpu")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(HalflightException.Kind.USAGE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:x", "cpu:0", "cuda:1000"})
    void refusesOtherNames(String text) {
        assertThatExceptionOfType(HalflightException.class)
                .isThrownBy(() -> Devices.parse(text))
                .withMessageContaining("\"" + text + "\" is unknown: use auto, cpu, cuda");
    }

    @Test
    void resolvesPrecisionByTheInstructionsOfTheProcessor() {
        assertThat(Precision.hasBf16(List.of("model name\t: avx512_bf16", "flags\t\t: fpu sse avx512_bf16 avx")))
                .isTrue();
        assertThat(Precision.hasBf16(List.of("flags\t\t: amx_bf16"))).isTrue();
        assertThat(Precision.hasBf16(List.of("model name\t: avx512_bf16", "flags\t\t: fpu avx512f")))
                .isFalse();

        Device cpu = Devices.parse("cpu");
        assertThat(Precision.FP32.resolve(cpu)).isEqualTo(Precision.FP32);
        assertThat(Precision.BF16.resolve(cpu)).isEqualTo(Precision.BF16);
        assertThat(Precision.AUTO.resolve(cpu))
                .isEqualTo(Precision.hasBf16(NativeTorch.cpuInfo()) ? Precision.BF16 : Precision.FP32);
    }
}
