package io.halflight.torch;

import org.bytedeco.openblas.presets.openblas_nolapack;

/**
 * While one is open, a product of matrices stays on the thread that asks for it. OpenBLAS would share each out among threads of its own,
 * one product at a time: two threads of Java together multiply no more than one alone. Its threads also go on asking for work for a while
 * when there is none. The setting is the whole process's: products elsewhere in it are slower meanwhile, and where they add up more than
 * 384 terms they may be rounded in another order.
 */
final class SerialBlas implements AutoCloseable {
    private static int open;
    private static int threads;

    private SerialBlas() {}

    static SerialBlas open() {
        synchronized (SerialBlas.class) {
            if (open++ == 0) {
                threads = openblas_nolapack.blas_get_num_threads();
                openblas_nolapack.blas_set_num_threads(1);
            }
        }
        return new SerialBlas();
    }

    @Override
    public void close() {
        synchronized (SerialBlas.class) {
            if (--open == 0 && openblas_nolapack.blas_get_num_threads() == 1) { // else somebody has set another
                openblas_nolapack.blas_set_num_threads(threads);
            }
        }
    }
}
