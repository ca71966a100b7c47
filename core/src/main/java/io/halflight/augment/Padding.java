package io.halflight.augment;

/** What lies outside a picture. */
public enum Padding {
    /** The picture mirrored at its outermost pixel, which is not repeated: c b | a b c | b a. */
    REFLECT,
    /** Zeros. */
    ZERO;

    /** The place inside [0, size) that stands for {@code i}, or -1 for zero; |i| at most size - 1 beyond an edge. */
    int index(int i, int size) {
        if (i >= 0 && i < size) {
            return i;
        }
        return this == ZERO ? -1 : i < 0 ? -i : 2 * size - 2 - i;
    }
}
