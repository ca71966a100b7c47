package io.halflight.data;

import io.halflight.HalflightException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks at every picture of a dataset before a run is spent on it. */
public final class Preflight {
    private static final int PROGRESS_STEPS = 100;

    private Preflight() {}

    /** Told how far the scan is, about a hundred times; calls come from several threads but never at the same time. */
    @FunctionalInterface
    public interface ProgressCallback {
        void progress(int done, int total);
    }

    /** Pictures of one class. */
    public record ClassCount(String name, int train, int test) {}

    /** Smallest, middle and largest number of pixels along one side; zeros where no picture could be read. */
    public record Extent(int min, int median, int max) {}

    /** A picture that cannot be decoded. */
    public record Unreadable(String id, String reason) {}

    /**
     * Pictures whose stored bytes are equal.
     *
     * @param ids at least two, in the dataset's order
     * @param acrossParts whether some are for training and some for testing, which flatters the test
     * @param acrossClasses whether they have different classes, so that at least one label is wrong
     */
    public record Duplicates(List<String> ids, boolean acrossParts, boolean acrossClasses) {}

    /**
     * What was found.
     *
     * @param unlabelled pictures without a class, of either part
     * @param height rows of the stored pictures
     * @param width columns of the stored pictures
     * @param channels number of pictures by stored channels: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha
     * @param imbalance the largest class of the training part over the smallest; 1 if all are equal or there are none,
     *     infinite if one is empty
     */
    public record Report(
            String spec,
            int pictures,
            int train,
            int test,
            int unlabelled,
            List<ClassCount> classes,
            Extent height,
            Extent width,
            SortedMap<Integer, Integer> channels,
            List<Unreadable> unreadable,
            List<Duplicates> duplicates,
            double imbalance) {}

    /** One picture's findings; sizes are 0 where it is unreadable. */
    private record Finding(
            int channels,
            int height,
            int width,
            @Nullable String reason,
            @Nullable String hash) {}

    /** Decodes and hashes every picture, on all processors. */
    public static Report scan(Dataset dataset, ProgressCallback callback) {
        int total = dataset.size();
        AtomicInteger done = new AtomicInteger();
        Object turn = new Object();
        Finding[] findings = IntStream.range(0, total)
                .parallel()
                .mapToObj(i -> {
                    Finding finding = inspect(dataset, i);
                    int now = done.incrementAndGet();
                    if (now == total || now % Math.max(1, total / PROGRESS_STEPS) == 0) {
                        synchronized (turn) {
                            callback.progress(now, total);
                        }
                    }
                    return finding;
                })
                .toArray(Finding[]::new);
        return report(dataset, findings);
    }

    private static Finding inspect(Dataset dataset, int index) {
        String hash = null;
        try {
            hash = dataset.hash(index);
            Picture picture = dataset.picture(index);
            if (dataset instanceof FileDataset files) {
                PictureHeader header = files.header(index);
                return new Finding(header.channels(), header.height(), header.width(), null, hash);
            }
            return new Finding(picture.channels(), picture.height(), picture.width(), null, hash);
        } catch (HalflightException e) {
            return new Finding(0, 0, 0, e.getMessage(), hash);
        }
    }

    private static Report report(Dataset dataset, Finding[] findings) {
        int[] train = new int[dataset.classes().size()];
        int[] test = new int[dataset.classes().size()];
        int testPictures = 0;
        int unlabelled = 0;
        TreeMap<Integer, Integer> channels = new TreeMap<>();
        List<Unreadable> unreadable = new ArrayList<>();
        for (int i = 0; i < findings.length; i++) {
            boolean forTest = dataset.part(i) == Dataset.Part.TEST;
            int label = dataset.label(i);
            testPictures += forTest ? 1 : 0;
            if (label == Dataset.UNLABELLED) {
                unlabelled++;
            } else {
                (forTest ? test : train)[label]++;
            }
            String reason = findings[i].reason();
            if (reason == null) {
                channels.merge(findings[i].channels(), 1, Integer::sum);
            } else {
                unreadable.add(new Unreadable(dataset.id(i), reason));
            }
        }
        List<ClassCount> classes = IntStream.range(0, train.length)
                .mapToObj(c -> new ClassCount(dataset.classes().get(c), train[c], test[c]))
                .toList();
        int most = classes.stream().mapToInt(ClassCount::train).max().orElse(0);
        int least = classes.stream().mapToInt(ClassCount::train).min().orElse(0);
        return new Report(
                dataset.spec(),
                findings.length,
                findings.length - testPictures,
                testPictures,
                unlabelled,
                classes,
                extent(Arrays.stream(findings).filter(f -> f.reason() == null).mapToInt(Finding::height)),
                extent(Arrays.stream(findings).filter(f -> f.reason() == null).mapToInt(Finding::width)),
                channels,
                List.copyOf(unreadable),
                duplicates(dataset, findings),
                most == 0 ? 1 : (double) most / least);
    }

    private static Extent extent(IntStream sides) {
        int[] sorted = sides.sorted().toArray();
        return sorted.length == 0
                ? new Extent(0, 0, 0)
                : new Extent(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
    }

    private static List<Duplicates> duplicates(Dataset dataset, Finding[] findings) {
        Map<String, List<Integer>> byHash = new HashMap<>();
        for (int i = 0; i < findings.length; i++) {
            String hash = findings[i].hash();
            if (hash != null) {
                byHash.computeIfAbsent(hash, key -> new ArrayList<>(1)).add(i);
            }
        }
        return byHash.values().stream()
                .filter(group -> group.size() > 1)
                .sorted((a, b) -> Integer.compare(a.get(0), b.get(0)))
                .map(group -> duplicates(dataset, group))
                .toList();
    }

    private static Duplicates duplicates(Dataset dataset, List<Integer> group) {
        Set<Dataset.Part> parts = new HashSet<>();
        Set<Integer> labels = new HashSet<>();
        for (int i : group) {
            parts.add(dataset.part(i));
            labels.add(dataset.label(i));
        }
        labels.remove(Dataset.UNLABELLED);
        List<String> ids = group.stream().map(dataset::id).toList();
        return new Duplicates(ids, parts.size() > 1, labels.size() > 1);
    }
}
