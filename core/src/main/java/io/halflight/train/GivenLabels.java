package io.halflight.train;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A labelled stream other than that of the split: pictures and the classes that somebody, such as a teacher, has given
 * them.
 *
 * @param pictures places in the dataset; one that stands there twice is shown twice in a pass
 * @param labels of each, from 0
 */
public record GivenLabels(int[] pictures, int[] labels) {
    public GivenLabels {
        if (pictures.length != labels.length) {
            throw new IllegalArgumentException("%d pictures, but %d labels".formatted(pictures.length, labels.length));
        }
    }

    /** The same label for all, to measure the time that learning from them takes. */
    public static GivenLabels uniform(int[] pictures) {
        return new GivenLabels(pictures, new int[pictures.length]);
    }

    /** From a place in the dataset to its label. */
    IntUnaryOperator label() {
        int most = Arrays.stream(pictures).max().orElse(-1);
        int[] byPlace = new int[most + 1];
        for (int i = 0; i < pictures.length; i++) {
            byPlace[pictures[i]] = labels[i];
        }
        return place -> byPlace[place];
    }
}
