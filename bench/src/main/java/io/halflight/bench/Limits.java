package io.halflight.bench;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What the machine can do at best, as the engine reaches it: no piece can be faster than its arithmetic over the one or its bytes over the other.
 *
 * @param gigaflops a product of two square matrices of 1,536 floats, in thousand million operations a second, a multiplication and an addition
 *     counting as two
 * @param gigabytes a copy of 256 MB, bytes read and written, in thousand million a second
 */
record Limits(double gigaflops, double gigabytes) {
    private static final int SIDE = 1536;
    private static final long FLOATS = 64L << 20;
    private static final int ROUNDS = 7;

    /** Measures with the engine's threads: the best of seven rounds of each. */
    static Limits measure() {
        try (PointerScope scope = new PointerScope()) {
            Tensor a = torch.rand(SIDE, SIDE);
            Tensor b = torch.rand(SIDE, SIDE);
            Tensor c = torch.rand(SIDE, SIDE);
            Tensor from = torch.zeros(FLOATS);
            Tensor to = torch.zeros(FLOATS);
            double product = Double.POSITIVE_INFINITY;
            double copy = Double.POSITIVE_INFINITY;
            for (int i = 0; i < ROUNDS; i++) {
                product = Math.min(product, Alternate.seconds(() -> torch.mm_out(c, a, b)));
                copy = Math.min(copy, Alternate.seconds(() -> to.copy_(from)));
            }
            return new Limits(2e-9 * SIDE * SIDE * SIDE / product, 1e-9 * 2 * Float.BYTES * FLOATS / copy);
        }
    }
}
