package io.halflight.torch;

/**
 * Where a tensor lies, as a pickle says; offset and strides count elements. Nothing holds until {@link #fits} is true:
 * the other methods are for places that fit.
 */
record TensorPlace(Storage storage, long offset, long[] sizes, long[] strides) {
    /** The element types of storages, by their names in Python. */
    enum StorageType {
        DOUBLE("torch.DoubleStorage", 8),
        FLOAT("torch.FloatStorage", 4),
        HALF("torch.HalfStorage", 2),
        BFLOAT16("torch.BFloat16Storage", 2),
        LONG("torch.LongStorage", 8),
        INT("torch.IntStorage", 4),
        SHORT("torch.ShortStorage", 2),
        CHAR("torch.CharStorage", 1),
        BYTE("torch.ByteStorage", 1),
        BOOL("torch.BoolStorage", 1),
        UNTYPED("torch.storage.UntypedStorage", 1);

        final String global;
        final int bytes;

        StorageType(String global, int bytes) {
            this.global = global;
            this.bytes = bytes;
        }
    }

    /** Values of one type, one after the other, in the archive's entry of that key. */
    record Storage(StorageType type, String key, long count) {}

    /** Whether all values lie in the storage, and can be counted in bytes. */
    boolean fits() {
        if (sizes.length != strides.length || offset < 0) {
            return false;
        }
        try {
            long last = offset;
            long bytes = storage.type.bytes;
            for (int i = 0; i < sizes.length; i++) {
                if (sizes[i] < 0 || strides[i] < 0) {
                    return false;
                }
                last = Math.addExact(last, Math.multiplyExact(Math.max(sizes[i] - 1, 0), strides[i]));
                bytes = Math.multiplyExact(bytes, Math.max(sizes[i], 1));
            }
            return values() == 0 ? offset <= storage.count : last < storage.count;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    long values() {
        long product = 1;
        for (long size : sizes) {
            product *= size;
        }
        return product;
    }

    /** From the first value to the last one in the storage, in elements. */
    long extent() {
        if (values() == 0) {
            return 0;
        }
        long last = 0;
        for (int i = 0; i < sizes.length; i++) {
            last += (sizes[i] - 1) * strides[i];
        }
        return last + 1;
    }

    /** The bytes that reading takes. */
    long memory() {
        return Math.max(values(), extent()) * storage.type.bytes;
    }

    /** Whether the values lie row by row, without gaps. */
    boolean isDense() {
        long expected = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (sizes[i] != 1 && strides[i] != expected) {
                return values() == 0;
            }
            expected *= sizes[i];
        }
        return true;
    }
}
