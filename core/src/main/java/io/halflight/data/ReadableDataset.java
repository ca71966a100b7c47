package io.halflight.data;

import io.halflight.HalflightException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A dataset without the pictures that cannot be decoded, so that one bad file does not end a long run. Finding them decodes
 * every picture once; what fits into the dataset's cache is not decoded again.
 */
public final class ReadableDataset implements Dataset {
    private static final int PROGRESS_STEPS = 100;

    private final Dataset all;
    private final int[] readable;
    private final List<Preflight.Unreadable> leftOut;

    private ReadableDataset(Dataset all, int[] readable, List<Preflight.Unreadable> leftOut) {
        this.all = all;
        this.readable = readable;
        this.leftOut = leftOut;
    }

    /**
     * Tries every picture.
     *
     * @param warning told once, in one line, if any are left out
     * @return the dataset itself if all are readable
     * @throws HalflightException if none is
     */
    public static Dataset of(Dataset all, Preflight.ProgressCallback progress, Consumer<String> warning) {
        AtomicReferenceArray<@Nullable String> reasons = new AtomicReferenceArray<>(all.size());
        AtomicInteger done = new AtomicInteger();
        int every = Math.max(1, all.size() / PROGRESS_STEPS);
        int[] readable = IntStream.range(0, all.size())
                .parallel()
                .filter(i -> {
                    reasons.set(i, reason(all, i));
                    int now = done.incrementAndGet();
                    if (now % every == 0) {
                        synchronized (done) {
                            progress.progress(now, all.size());
                        }
                    }
                    return reasons.get(i) == null;
                })
                .toArray();
        List<Preflight.Unreadable> leftOut = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String reason = reasons.get(i);
            if (reason != null) {
                leftOut.add(new Preflight.Unreadable(all.id(i), reason));
            }
        }
        if (leftOut.isEmpty()) {
            return all;
        }
        String first = leftOut.get(0).reason();
        if (readable.length == 0) {
            throw HalflightException.run("None of the %d pictures of %s can be read; the first failure: %s"
                    .formatted(all.size(), all.spec(), first));
        }
        warning.accept(
                "%d of %d pictures cannot be read and are left out ('halflight doctor' lists them); the first of them: %s"
                        .formatted(leftOut.size(), all.size(), first));
        return new ReadableDataset(all, readable, List.copyOf(leftOut));
    }

    private static @Nullable String reason(Dataset dataset, int index) {
        try {
            dataset.picture(index);
            return null;
        } catch (HalflightException e) {
            return e.getMessage();
        }
    }

    /** The pictures of a dataset that were left out when it was opened, each once, in its order. */
    public static List<Preflight.Unreadable> leftOut(Dataset dataset) {
        return dataset instanceof ReadableDataset part ? part.leftOut : List.of();
    }

    @Override
    public String spec() {
        return all.spec();
    }

    @Override
    public List<String> classes() {
        return all.classes();
    }

    @Override
    public int size() {
        return readable.length;
    }

    @Override
    public String id(int index) {
        return all.id(readable[index]);
    }

    @Override
    public int label(int index) {
        return all.label(readable[index]);
    }

    @Override
    public Part part(int index) {
        return all.part(readable[index]);
    }

    @Override
    public Picture picture(int index) {
        return all.picture(readable[index]);
    }

    @Override
    public String hash(int index) {
        return all.hash(readable[index]);
    }
}
