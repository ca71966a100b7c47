package io.halflight.torch;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Java arrays as tensors on a device. On their way to CUDA they lie in pinned memory, from which the copy runs while the
 * caller goes on and earlier work is still computed. libtorch keeps such memory for the next time and hands it out again
 * only when the copy is done, so that two buffers alternate without any being made here.
 */
public final class Upload {
    static {
        NativeTorch.load();
    }

    private Upload() {}

    /** The values as {@link Tensors#floats} takes them, on the device. */
    public static Tensor floats(float[] values, Device device, long... shape) {
        if (!device.is_cuda()) {
            return send(Tensors.floats(values, shape), device);
        }
        Tensor host = host(ScalarType.Float, device, Tensors.shapeOf(values.length, shape));
        if (values.length > 0) {
            host.data_ptr_float().put(values);
        }
        return send(host, device);
    }

    /** The values as {@link Tensors#longs} takes them, on the device. */
    public static Tensor longs(long[] values, Device device, long... shape) {
        if (!device.is_cuda()) {
            return send(Tensors.longs(values, shape), device);
        }
        Tensor host = host(ScalarType.Long, device, Tensors.shapeOf(values.length, shape));
        if (values.length > 0) {
            host.data_ptr_long().put(values);
        }
        return send(host, device);
    }

    /** An uninitialised tensor on the CPU, to be filled and then {@link #send sent} to the device. */
    public static Tensor host(ScalarType type, Device device, long... shape) {
        if (!device.is_cuda()) {
            return Tensors.empty(type, shape);
        }
        try (TensorOptions plain = new TensorOptions(type);
                BoolOptional yes = new BoolOptional(true);
                TensorOptions pinned = plain.pinned_memory(yes);
                MemoryFormatOptional format = new MemoryFormatOptional()) {
            return torch.empty(shape, pinned, format);
        }
    }

    /** The tensor itself on the CPU, a copy elsewhere; from pinned memory without waiting for it. */
    public static Tensor send(Tensor host, Device device) {
        if (device.is_cpu()) {
            return host;
        }
        try (MemoryFormatOptional format = new MemoryFormatOptional()) {
            return host.to(device, host.scalar_type().intern(), true, false, format);
        }
    }
}
