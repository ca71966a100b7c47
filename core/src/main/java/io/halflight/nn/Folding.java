package io.halflight.nn;

import io.halflight.torch.Winograd;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Lets the networks of a long pass without learning run with each convolution and the batch normalisation behind it as one: the
 * same function to rounding, one pass over the feature map less. While {@link #during} runs, a {@link NormedConv} in evaluation
 * mode and without gradients takes the folded kernel that is kept here, and convolutions for which {@link Winograd} is the faster way
 * take that. Kernels are made when they are first asked for, so weights must not change between two calls. Closing frees them. One
 * thread at a time.
 */
public final class Folding implements AutoCloseable {
    /** A quarter of a gigabyte of transformed kernels, each 4 times the kernel itself; a ResNet-18 has 0.15 of them. */
    private static final long MOST_VALUES = 1L << 26;

    private static final ThreadLocal<@Nullable Folding> CURRENT = new ThreadLocal<>();

    /** A kernel with the normalisation in it, [out, in / groups, k, k], and what it adds, [out]. */
    record Kernel(Tensor weight, Tensor bias) {}

    private final Map<NormedConv, Kernel> kernels = new HashMap<>();
    private final IdentityHashMap<Tensor, Tensor> transformed = new IdentityHashMap<>();
    private long values; // of these

    /** That of the calling thread; null where nothing is to be folded. */
    static @Nullable Folding current() {
        return CURRENT.get();
    }

    /** Runs with this in force on the calling thread. */
    public <T> T during(Supplier<T> pass) {
        Folding outer = CURRENT.get();
        CURRENT.set(this);
        try {
            return pass.get();
        } finally {
            CURRENT.set(outer);
        }
    }

    Kernel of(NormedConv layer) {
        return kernels.computeIfAbsent(layer, Folding::fold);
    }

    /** A kernel as {@link Winograd} takes it; its handle stands for it until this is closed. Null when all of them would be too large. */
    @Nullable
    Tensor transformed(Tensor weight) {
        Tensor known = transformed.get(weight);
        if (known != null || values + 4 * weight.numel() > MOST_VALUES) {
            return known;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor kernel = Winograd.kernel(weight);
            kernel.retainReference();
            transformed.put(weight, kernel);
            values += kernel.numel();
            return kernel;
        }
    }

    private static Kernel fold(NormedConv layer) {
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            Tensor weight = layer.foldedWeight();
            Tensor bias = layer.foldedBias();
            weight.retainReference(); // beyond this scope, and that of the caller
            bias.retainReference();
            return new Kernel(weight, bias);
        }
    }

    @Override
    public void close() {
        kernels.values().forEach(kernel -> {
            kernel.weight.close();
            kernel.bias.close();
        });
        kernels.clear();
        transformed.values().forEach(Tensor::close);
        transformed.clear();
        values = 0;
    }
}
