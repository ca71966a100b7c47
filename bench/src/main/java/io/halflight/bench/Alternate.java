package io.halflight.bench;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/**
 * Two ways to do the same, turn by turn, so that whatever else the machine does meets both alike.
 *
 * @param first median seconds of the first
 * @param second median seconds of the second
 * @param ratio median over the rounds of second / first: above 1 where the first is faster
 */
record Alternate(double first, double second, double ratio) {
    /**
     * Measures after one round that is not counted. Each round begins with the other one.
     *
     * @param first does it once and gives the seconds that it took
     */
    static Alternate measure(int rounds, DoubleSupplier first, DoubleSupplier second) {
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        double[] ratios = new double[rounds];
        for (int i = -1; i < rounds; i++) {
            boolean begins = i % 2 == 0;
            double early = (begins ? first : second).getAsDouble();
            double late = (begins ? second : first).getAsDouble();
            if (i >= 0) {
                a[i] = begins ? early : late;
                b[i] = begins ? late : early;
                ratios[i] = b[i] / a[i];
            }
        }
        return new Alternate(median(a), median(b), median(ratios));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Seconds that something takes. */
    static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }
}
