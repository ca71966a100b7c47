package io.halflight.data;

import io.halflight.HalflightException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A dataset without the pictures that cannot be decoded, so that one bad file does not end a long run. Finding them decodes
 * every picture once; what fits into the dataset's cache is not decoded again.
 */
public final class ReadableDataset implements Dataset {
    private static final int PROGRESS_STEPS = 100;

    private final Dataset all;
    private final int[] readable;

    private ReadableDataset(Dataset all, int[] readable) {
        this.all = all;
        this.readable = readable;
    }

    /**
     * Tries every picture.
     *
     * @param warning told once, in one line, if any are left out
     * @return the dataset itself if all are readable
     * @throws HalflightException if none is
     */
    public static Dataset of(Dataset all, Preflight.ProgressCallback progress, Consumer<String> warning) {
        ConcurrentLinkedQueue<String> reasons = new ConcurrentLinkedQueue<>();
        AtomicInteger done = new AtomicInteger();
        int every = Math.max(1, all.size() / PROGRESS_STEPS);
        int[] readable = IntStream.range(0, all.size())
                .parallel()
                .filter(i -> {
                    boolean good = isReadable(all, i, reasons);
                    int now = done.incrementAndGet();
                    if (now % every == 0) {
                        synchronized (done) {
                            progress.progress(now, all.size());
                        }
                    }
                    return good;
                })
                .toArray();
        if (reasons.isEmpty()) {
            return all;
        }
        String first = reasons.peek();
        if (readable.length == 0) {
            throw HalflightException.run("None of the %d pictures of %s can be read; the first failure: %s"
                    .formatted(all.size(), all.spec(), first));
        }
        warning.accept(
                "%d of %d pictures cannot be read and are left out ('halflight doctor' lists them); one of them: %s"
                        .formatted(reasons.size(), all.size(), first));
        return new ReadableDataset(all, readable);
    }

    private static boolean isReadable(Dataset dataset, int index, ConcurrentLinkedQueue<String> reasons) {
        try {
            dataset.picture(index);
            return true;
        } catch (HalflightException e) {
            reasons.add(String.valueOf(e.getMessage()));
            return false;
        }
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
