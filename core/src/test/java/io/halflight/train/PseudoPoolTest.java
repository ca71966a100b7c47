package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected numbers follow from c = N / S by hand. */
class PseudoPoolTest {
    private static final long SEED = 5;

    /** Pictures 1000 and on, all of class 0: so many of each confidence. */
    private static int[] pool(PseudoPool.Config config, int classes, Object... countAndConfidence) {
        float[] confidence = new float[0];
        for (int i = 0; i < countAndConfidence.length; i += 2) {
            int from = confidence.length;
            confidence = Arrays.copyOf(confidence, from + (int) countAndConfidence[i]);
            Arrays.fill(confidence, from, confidence.length, (float) countAndConfidence[i + 1]);
        }
        int n = confidence.length;
        return PseudoPool.of(IntStream.range(1000, 1000 + n).toArray(), new int[n], confidence, classes, config, SEED);
    }

    @Test
    void theMostConfidentOfEachClassAreTakenOnce() {
        int[] pictures = {10, 11, 12, 13, 14, 15, 16};
        int[] labels = {0, 0, 1, 0, 0, 1, 2};
        float[] confidence = {0.5f, 0.9f, 0.2f, 0.5f, 0.95f, 0.1f, 0.3f};
        assertThat(PseudoPool.mostConfident(pictures, labels, confidence, 4, 2)).containsExactly(11, 12, 14, 15, 16);
        assertThat(PseudoPool.mostConfident(pictures, labels, confidence, 4, 3))
                .as("the earlier of two that are equally sure")
                .containsExactly(10, 11, 12, 14, 15, 16);
    }

    private static PseudoPool.Config balanced(int perClass) {
        return new PseudoPool.Config(0.3, true, perClass);
    }

    @Test
    void aRareClassIsCopiedSoManyTimesThatItHasItsShare() {
        // S = 40 of N = 100: c = 2.5. Each picture is there twice, every second one a third time.
        int[] pool = pool(balanced(100), 1, 40, 0.8f);
        int[] counts = IntStream.range(1000, 1040)
                .map(picture ->
                        (int) Arrays.stream(pool).filter(p -> p == picture).count())
                .toArray();
        assertThat(counts).containsOnly(2, 3);
        assertThat(pool.length).as("seed %d", SEED).isCloseTo(100, within(10)); // one deviation: sqrt(40) / 2 = 3.2
        assertThat(pool(balanced(120), 1, 40, 0.8f)).hasSize(120); // c = 3 leaves nothing to chance
        assertThat(pool).isSorted();
    }

    @Test
    void ofAFrequentClassARandomPartOfTheMostConfidentBinsIsTaken() {
        // From 1 down: 3000 at 0.95, 2000 at 0.90 make 5000 >= 4000; those at 0.80 are not reached. c = 0.8 for both
        // bins.
        int[] pool = pool(balanced(4000), 1, 3000, 0.951f, 2000, 0.905f, 6000, 0.8f);
        assertThat(pool).doesNotHaveDuplicates();
        long first = Arrays.stream(pool).filter(p -> p < 4000).count();
        assertThat(first).as("seed %d", SEED).isCloseTo(2400, within(90L)); // a deviation: sqrt(3000 x 0.8 x 0.2) = 22
        assertThat(pool.length - first).isCloseTo(1600, within(75L));
        assertThat(Arrays.stream(pool).max().orElseThrow()).isLessThan(6000);
    }

    @Test
    void pictureInOneBinAreAlikeHoweverTheirConfidencesDiffer() {
        // 0.909 alone would be enough, but 0.901 is in the same bin of 0.01: S = 200, c = 0.5.
        int[] pool = pool(balanced(100), 1, 100, 0.909f, 100, 0.901f);
        assertThat(Arrays.stream(pool).filter(p -> p >= 1100).count()).isCloseTo(50, within(20L));
    }

    @Test
    void answersBelowTheLeastConfidenceAreNeverTaken() {
        int[] pool = pool(balanced(1000), 1, 10, 0.3f, 10, 0.299f);
        assertThat(pool).hasSize(1000).doesNotContain(1010, 1019).contains(1000, 1009);
        assertThat(pool(balanced(1000), 1, 10, 0.2f)).isEmpty();
    }

    @Test
    void withoutANumberEveryClassGetsItsPartOfThePictures() {
        // 60 pictures, 3 classes, N = 20: class 0 has 30 (c = 2/3), class 1 has 20 (c = 1), class 2 has 10 (c = 2).
        int[] labels = new int[60];
        Arrays.fill(labels, 30, 50, 1);
        Arrays.fill(labels, 50, 60, 2);
        float[] confidence = new float[60];
        Arrays.fill(confidence, 0.7f);
        int[] pool = PseudoPool.of(IntStream.range(0, 60).toArray(), labels, confidence, 3, balanced(0), SEED);
        assertThat(Arrays.stream(pool).filter(p -> p >= 30 && p < 50).toArray())
                .containsExactly(IntStream.range(30, 50).toArray());
        assertThat(Arrays.stream(pool).filter(p -> p >= 50).count()).isEqualTo(20);
        assertThat(Arrays.stream(pool).filter(p -> p < 30).count()).isCloseTo(20, within(8L));
    }

    @Test
    void withoutBalanceEveryPictureThatIsSureEnoughIsThereOnce() {
        int[] pool = pool(new PseudoPool.Config(0.5, false, 7), 4, 20, 0.99f, 20, 0.5f, 20, 0.49f);
        assertThat(pool).containsExactly(IntStream.range(1000, 1040).toArray());
    }

    @Test
    void chanceDependsOnTheSeedAndThePictureAlone() {
        int[] pool = pool(balanced(50), 1, 100, 0.8f);
        assertThat(pool(balanced(50), 1, 100, 0.8f)).containsExactly(pool);
        float[] confidence = new float[100];
        Arrays.fill(confidence, 0.8f);
        int[] pictures = IntStream.range(1000, 1100).toArray();
        assertThat(PseudoPool.of(pictures, new int[100], confidence, 1, balanced(50), SEED + 1))
                .isNotEqualTo(pool);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new PseudoPool.Config(1, true, 0)).hasMessageContaining("min_confidence");
        assertThatThrownBy(() -> balanced(-1)).hasMessageContaining("per_class");
    }
}
