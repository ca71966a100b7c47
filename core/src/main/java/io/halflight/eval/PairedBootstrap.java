package io.halflight.eval;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Whether one classifier is better than another on the same pictures, or only luckier in these: the pictures are drawn again with replacement, many
 * times, and both are judged on each draw (Efron and Tibshirani, 1993; percentile interval).
 *
 * @param difference accuracy of the second minus that of the first, in [-1, 1]
 * @param low lower end of the 95 % interval of the difference
 * @param high its upper end
 * @param pictures that both have answered
 */
public record PairedBootstrap(double difference, double low, double high, int pictures) {
    private static final int DRAWS = 10_000;
    private static final double TAIL = 0.025;

    /**
     * Compares. Only pictures on which the two disagree matter: of n pictures, a draw has them as often as a multinomial says.
     *
     * @param first whether the first was right, by picture
     * @param second the same of the second, of the same length, at least 1
     * @param seed of the draws
     */
    public static PairedBootstrap of(boolean[] first, boolean[] second, long seed) {
        int n = first.length;
        if (n == 0 || n != second.length) {
            throw new IllegalArgumentException(
                    "%d and %d answers; the same pictures, at least one, are compared".formatted(n, second.length));
        }
        int gains = 0;
        int losses = 0;
        for (int i = 0; i < n; i++) {
            gains += second[i] && !first[i] ? 1 : 0;
            losses += first[i] && !second[i] ? 1 : 0;
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawn = new double[DRAWS];
        for (int d = 0; d < DRAWS; d++) {
            int balance = 0;
            for (int i = 0; i < n; i++) {
                int picture = random.nextInt(n); // gains first, then losses, then the rest
                balance += picture < gains ? 1 : picture < gains + losses ? -1 : 0;
            }
            drawn[d] = (double) balance / n;
        }
        Arrays.sort(drawn);
        int cut = (int) (TAIL * DRAWS);
        return new PairedBootstrap((double) (gains - losses) / n, drawn[cut], drawn[DRAWS - 1 - cut], n);
    }

    /** Whether the interval leaves zero out. */
    public boolean isClear() {
        return low > 0 || high < 0;
    }
}
