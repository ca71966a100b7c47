package io.halflight.torch;

import io.halflight.HalflightException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Where tensors live and are computed. */
public final class Devices {
    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,2}))?");

    static {
        NativeTorch.load();
    }

    private Devices() {}

    /**
     * Reads a device as users write it. Made outside step scopes, since the result is a native object.
     *
     * @param text {@code auto} (CUDA where there is one, else the CPU), {@code cpu}, {@code cuda} or {@code cuda:1}
     * @throws HalflightException for anything else, or a GPU that is not there
     */
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return new Device(DeviceType.CPU);
        }
        if (text.equals("auto")) {
            return torch.cuda_is_available() ? new Device(DeviceType.CUDA, (byte) 0) : new Device(DeviceType.CPU);
        }
        Matcher cuda = CUDA.matcher(text);
        if (!cuda.matches()) {
            throw HalflightException.usage(
                    "device \"" + text + "\" is unknown: use auto, cpu, cuda or cuda:0, cuda:1 and so on");
        }
        int count = torch.cuda_is_available() ? torch.cuda_device_count() : 0;
        if (count == 0) {
            throw HalflightException.usage(
                    "device \"" + text + "\": libtorch sees no CUDA device here; use auto or cpu,"
                            + " or install the NVIDIA driver and CUDA libraries and run with"
                            + " -Dorg.bytedeco.javacpp.platform.extension=-gpu and the -gpu natives");
        }
        int index = cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1));
        if (index >= count) {
            throw HalflightException.usage(
                    "device \"" + text + "\" is not there: use cuda:0" + (count == 1 ? "" : " to cuda:" + (count - 1)));
        }
        return new Device(DeviceType.CUDA, (byte) index);
    }

    /** For logs: {@code cuda:1 of 4}, {@code cpu (AVX512, 8 threads)}. */
    public static String describe(Device device) {
        if (device.is_cuda()) {
            return "cuda:%d of %d".formatted(Math.max(0, device.index()), torch.cuda_device_count());
        }
        if (device.is_cpu()) {
            try (BytePointer capability = torch.get_cpu_capability()) {
                int threads = torch.get_num_threads();
                return "cpu (%s, %d %s)"
                        .formatted(capability.getString(), threads, threads == 1 ? "thread" : "threads");
            }
        }
        try (BytePointer name = device.str()) {
            return name.getString();
        }
    }
}
