package io.halflight.train;

import io.halflight.data.Seeds;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which pictures a student learns from with its teacher's labels, and how often each is shown: the filter and the balance of
 * Noisy Student (arXiv:1911.04252) as its authors' {@code filter_unlabel.py} has them. Class by class:
 *
 * <ol>
 *   <li>the confidences are counted in bins of 0.01, from 1 down;
 *   <li>bins are taken until they hold N pictures, or the least confidence is reached;
 *   <li>each of the S pictures in them is shown c = N / S times: floor(c) copies, and one more with probability c - floor(c).
 * </ol>
 *
 * So a rare class is shown several times, and of a frequent one a random part.
 */
public final class PseudoPool {
    /** Bins between 0 and 1. */
    private static final int BINS = 100;

    /**
     * What to take.
     *
     * @param minConfidence least confidence, 0 to below 1; 0.3 in the paper
     * @param balance whether classes are brought to the same number; otherwise every picture that is sure enough is shown
     *     once
     * @param perClass N, pictures of each class; 0 for all pictures / classes. 130,000 in the paper
     */
    public record Config(double minConfidence, boolean balance, int perClass) {
        public Config {
            if (!(minConfidence >= 0 && minConfidence < 1)) {
                throw new IllegalArgumentException(
                        "min_confidence must be at least 0 and below 1, got " + minConfidence);
            }
            if (perClass < 0) {
                throw new IllegalArgumentException("per_class must be at least 0, got " + perClass);
            }
        }
    }

    private PseudoPool() {}

    /**
     * Chooses.
     *
     * @param pictures places in the dataset
     * @param labels predicted class of each, in [0, classes)
     * @param confidence of each, in [0, 1]
     * @param seed with a picture's place it decides whether it gets the last copy
     * @return places in the order of {@code pictures}, copies one after the other
     */
    public static int[] of(int[] pictures, int[] labels, float[] confidence, int classes, Config config, long seed) {
        int wanted = config.perClass() > 0 ? config.perClass() : Math.max(1, pictures.length / classes);
        double[] copies = new double[classes];
        int[] from = new int[classes];
        for (int c = 0; c < classes; c++) {
            int[] counts = new int[BINS + 1];
            for (int i = 0; i < pictures.length; i++) {
                counts[bin(confidence[i])] += labels[i] == c && confidence[i] >= (float) config.minConfidence() ? 1 : 0;
            }
            from[c] = BINS;
            int taken = counts[BINS];
            while (from[c] > 0 && (taken < wanted || !config.balance())) {
                taken += counts[--from[c]];
            }
            copies[c] = !config.balance() ? 1 : taken == 0 ? 0 : (double) wanted / taken;
        }
        IntStream.Builder pool = IntStream.builder();
        for (int i = 0; i < pictures.length; i++) {
            int c = labels[i];
            if (confidence[i] >= (float) config.minConfidence() && bin(confidence[i]) >= from[c]) {
                SplittableRandom random = Seeds.random(seed, "balance", pictures[i]);
                int times = (int) copies[c] + (random.nextDouble() < copies[c] - (int) copies[c] ? 1 : 0);
                for (int copy = 0; copy < times; copy++) {
                    pool.add(pictures[i]);
                }
            }
        }
        return pool.build().toArray();
    }

    /**
     * The domain-relevance filter of UDA (arXiv:1904.12848, appendix E.4): of each predicted class the pictures that a
     * classifier of the labelled domain is surest of, each once. Of a class that it names more rarely there are fewer.
     *
     * @param perClass pictures of each class at most, at least 1
     * @return places in the order of {@code pictures}; of two that are equally sure the earlier one goes first
     */
    public static int[] mostConfident(int[] pictures, int[] labels, float[] confidence, int classes, int perClass) {
        boolean[] taken = new boolean[pictures.length];
        for (int c = 0; c < classes; c++) {
            int k = c;
            IntStream.range(0, pictures.length)
                    .filter(i -> labels[i] == k)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> -confidence[i]))
                    .limit(perClass)
                    .forEach(i -> taken[i] = true);
        }
        return IntStream.range(0, pictures.length)
                .filter(i -> taken[i])
                .map(i -> pictures[i])
                .toArray();
    }

    /** A float may lie a hair below the hundredth that it stands for. */
    private static int bin(float confidence) {
        return Math.max(0, Math.min(BINS, (int) Math.floor(confidence * BINS + 1e-4)));
    }
}
