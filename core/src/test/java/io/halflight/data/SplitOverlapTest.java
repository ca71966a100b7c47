package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitOverlapTest {
    @TempDir
    Path folder;

    private final ListedDataset data =
            new ListedDataset("cat", "dog").add(0, 30, Dataset.Part.TRAIN).add(1, 30, Dataset.Part.TRAIN);

    private LabelSplit draw(Dataset dataset, long seed) {
        return LabelSplit.draw(dataset, new LabelSplit.Request(new LabelRequest.PerClass(3)), seed);
    }

    private Path written(LabelSplit split) {
        Path file = folder.resolve("split.csv");
        split.write(file);
        return file;
    }

    @Test
    void theSameDrawHasNoOverlapAndAnotherOneHas() {
        LabelSplit first = draw(data, 1);
        Path other = written(first);
        assertThat(SplitOverlap.trainedOn(other, data, draw(data, 1))).isEmpty();

        LabelSplit second = draw(data, 2);
        String[] expected = IntStream.range(0, data.size())
                .filter(i -> second.role(i) == Role.TEST || second.role(i) == Role.VALIDATION)
                .filter(i -> first.role(i) == Role.LABELLED || first.role(i) == Role.UNLABELLED)
                .mapToObj(data::id)
                .toArray(String[]::new);
        assertThat(expected).isNotEmpty();
        assertThat(SplitOverlap.trainedOn(other, data, second)).containsExactly(expected);
    }

    @Test
    void aPictureIsKnownByItsContentWhateverItsName() {
        Path other = written(draw(data, 1));
        ListedDataset renamed = new ListedDataset("cat", "dog");
        data.rows.forEach(row ->
                renamed.rows.add(new ListedDataset.Row("new/" + row.id(), row.label(), row.part(), row.content())));
        assertThat(SplitOverlap.trainedOn(other, renamed, draw(renamed, 1)))
                .isNotEmpty()
                .allSatisfy(id -> assertThat(id).startsWith("new/"));
        ListedDataset foreign = new ListedDataset("cat", "dog");
        data.rows.forEach(row ->
                foreign.rows.add(new ListedDataset.Row(row.id(), row.label(), row.part(), "other " + row.content())));
        assertThat(SplitOverlap.trainedOn(other, foreign, draw(foreign, 2))).isEmpty();
    }
}
