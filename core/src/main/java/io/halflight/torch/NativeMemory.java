package io.halflight.torch;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The memory of tensors, which Java knows nothing of. */
public final class NativeMemory {
    /** What libtorch's allocators say, on the processor and on a GPU. */
    private static final List<String> UNFULFILLED =
            List.of("can't allocate memory", "not enough memory", "out of memory");

    private NativeMemory() {}

    /** Whether libtorch asked for memory in vain. */
    public static boolean ranOut(@Nullable Throwable failure) {
        String message =
                failure == null ? "" : String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return failure instanceof RuntimeException && UNFULFILLED.stream().anyMatch(message::contains);
    }
}
