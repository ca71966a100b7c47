package io.halflight.data;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * Keeps decoded pictures until a quarter of the heap is full; those that come later are made anew each time. Nothing is
 * ever evicted: an order of visits that is a fresh permutation each pass gains nothing from choosing what to keep.
 */
final class PictureCache {
    private static final int OVERHEAD_BYTES = 64;

    private final AtomicReferenceArray<Picture> pictures;
    private final AtomicLong budget;

    PictureCache(int size) {
        this(size, Runtime.getRuntime().maxMemory() / 4);
    }

    PictureCache(int size, long bytes) {
        pictures = new AtomicReferenceArray<>(size);
        budget = new AtomicLong(bytes);
    }

    Picture get(int index, IntFunction<Picture> maker) {
        Picture kept = pictures.get(index);
        if (kept != null) {
            return kept;
        }
        Picture made = maker.apply(index);
        long bytes = (long) made.pixels().length + OVERHEAD_BYTES;
        if (budget.get() >= bytes && pictures.compareAndSet(index, null, made)) {
            budget.addAndGet(-bytes);
        }
        return made;
    }
}
