package io.halflight.torch;

import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Between Java arrays and tensors, by whole blocks of memory. */
public final class Tensors {
    static {
        NativeTorch.load();
    }

    private Tensors() {}

    /**
     * A float32 tensor on the CPU with a copy of the values.
     *
     * @param values row by row
     * @param shape its product is the number of values; none at all means a vector
     */
    public static Tensor floats(float[] values, long... shape) {
        Tensor tensor = empty(ScalarType.Float, shapeOf(values.length, shape));
        if (values.length > 0) {
            tensor.data_ptr_float().put(values);
        }
        return tensor;
    }

    /** An int64 tensor on the CPU with a copy of the values; otherwise as {@link #floats}. */
    public static Tensor longs(long[] values, long... shape) {
        Tensor tensor = empty(ScalarType.Long, shapeOf(values.length, shape));
        if (values.length > 0) {
            tensor.data_ptr_long().put(values);
        }
        return tensor;
    }

    /** The values, row by row, of a tensor of any type, device and memory layout. Waits for the device. */
    public static float[] toFloats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        if (values.length > 0) {
            try (PointerScope ignored = new PointerScope()) {
                dense(tensor, ScalarType.Float).data_ptr_float().get(values);
            }
        }
        return values;
    }

    /** As {@link #toFloats}; fractions are cut off. */
    public static long[] toLongs(Tensor tensor) {
        long[] values = new long[Math.toIntExact(tensor.numel())];
        if (values.length > 0) {
            try (PointerScope ignored = new PointerScope()) {
                dense(tensor, ScalarType.Long).data_ptr_long().get(values);
            }
        }
        return values;
    }

    /** The value of a tensor with one element. Waits for the device. */
    public static float item(Tensor scalar) {
        if (scalar.numel() != 1) {
            throw new IllegalArgumentException("expected one value, got shape " + Arrays.toString(scalar.shape()));
        }
        return scalar.item_float();
    }

    /** The tensor itself, or a float32 copy of one in half precision: float64 stays what it is. */
    public static Tensor atLeastFloat(Tensor tensor) {
        ScalarType type = tensor.scalar_type().intern();
        return type == ScalarType.Half || type == ScalarType.BFloat16 ? tensor.to(ScalarType.Float) : tensor;
    }

    /**
     * What some work returns, in the caller's scope if there is one; everything else that it made is freed at once. On a
     * GPU the step's scope alone would keep every intermediate result of the step in memory.
     *
     * @param work ends in a tensor of its own, not in an operation in place
     */
    public static Tensor resultOf(Supplier<Tensor> work) {
        Tensor result;
        try (PointerScope inner = new PointerScope()) {
            result = work.get();
            result.retainReference();
        }
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            outer.attach(result);
            result.releaseReference();
        }
        return result;
    }

    /** An uninitialised tensor on the CPU. */
    static Tensor empty(ScalarType type, long[] shape) {
        try (TensorOptions options = new TensorOptions(type);
                MemoryFormatOptional format = new MemoryFormatOptional()) {
            return torch.empty(shape, options, format);
        }
    }

    private static Tensor dense(Tensor tensor, ScalarType type) {
        return tensor.detach().cpu().to(type).contiguous();
    }

    static long[] shapeOf(int count, long[] shape) {
        if (shape.length == 0) {
            return new long[] {count};
        }
        long product = 1;
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("negative size in shape " + Arrays.toString(shape));
            }
            product = Math.multiplyExact(product, size);
        }
        if (product != count) {
            throw new IllegalArgumentException(
                    "%d values do not fill shape %s".formatted(count, Arrays.toString(shape)));
        }
        return shape;
    }
}
