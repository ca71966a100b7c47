package io.halflight.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Whether what one run has learnt from is what another judges by. */
public final class SplitOverlap {
    private SplitOverlap() {}

    /**
     * Ids of the test and validation pictures of this split that another run has trained on, with or without their label.
     * Pictures are told by their content. One that the other run held back, too, is none of them, even if the source has
     * the same picture a second time among those to train on: that is the source's affair.
     *
     * @param other the split of the other run, as {@link LabelSplit#write} left it
     */
    public static List<String> trainedOn(Path other, Dataset dataset, LabelSplit split) {
        int[] judging = IntStream.range(0, dataset.size())
                .filter(i -> split.role(i) == Role.TEST || split.role(i) == Role.VALIDATION)
                .toArray();
        return trainedOn(other, dataset, judging);
    }

    /**
     * The same of any pictures.
     *
     * @param pictures places in the data
     */
    public static List<String> trainedOn(Path other, Dataset dataset, int[] pictures) {
        Set<String> trained = new HashSet<>();
        Set<String> heldBack = new HashSet<>();
        for (Csv.Row row : SplitFile.rows(other)) {
            Role role = SplitFile.role(other, row);
            if (role == Role.LABELLED || role == Role.UNLABELLED) {
                trained.add(row.at(3));
            } else {
                heldBack.add(row.fields().get(0) + "\n" + row.at(3));
            }
        }
        List<String> overlap = new ArrayList<>();
        for (int i : pictures) {
            String hash = dataset.hash(i);
            if (trained.contains(hash) && !heldBack.contains(dataset.id(i) + "\n" + hash)) {
                overlap.add(dataset.id(i));
            }
        }
        return overlap;
    }
}
