package io.halflight.torch;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/**
 * The number format of matrix products and convolutions. Weights, statistics and losses are float32 in any case.
 * bfloat16 keeps float32's range, so that it needs no loss scaling; float16 is left out because libtorch's C++ side has
 * no scaler.
 */
public enum Precision {
    /** {@link #BF16} where the hardware multiplies it natively, else {@link #FP32}. */
    AUTO,
    FP32,
    BF16;

    /** What this setting means on a device: {@link #FP32} or {@link #BF16}. */
    public Precision resolve(Device device) {
        if (this != AUTO) {
            return this;
        }
        boolean native16 = device.is_cuda() ? ampere() : device.is_cpu() && hasBf16(NativeTorch.cpuInfo());
        return native16 ? BF16 : FP32;
    }

    /**
     * Compute capability 8 or more. The hook asks the current device, index 0 unless somebody changed it; the properties of
     * another one are behind classes of the CUDA presets, which are not a dependency.
     */
    private static boolean ampere() {
        return torch.getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
    }

    /** Without these instructions oneDNN emulates bfloat16, slower than float32. */
    static boolean hasBf16(List<String> cpuInfo) {
        return cpuInfo.stream()
                .filter(line -> line.startsWith("flags"))
                .flatMap(line -> Arrays.stream(line.split("\\s+", -1)))
                .anyMatch(flag -> flag.equals("avx512_bf16") || flag.equals("amx_bf16"));
    }
}
