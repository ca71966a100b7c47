package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelListTest {
    @TempDir
    Path folder;

    private final ListedDataset data =
            new ListedDataset("cat", "dog").add(0, 30, Dataset.Part.TRAIN).add(1, 30, Dataset.Part.TRAIN);

    private LabelSplit draw(Path csv, long seed) {
        return LabelSplit.draw(data, new LabelSplit.Request(new LabelRequest.Given(csv)), seed);
    }

    @Test
    void aListWithPseudoLabelsKeepsTheSplitWhateverTheSeed() {
        LabelSplit first = LabelSplit.draw(data, new LabelSplit.Request(new LabelRequest.PerClass(4)), 3);
        Path split = folder.resolve("split.csv");
        first.write(split);
        List<LabelList.Line> lines = new ArrayList<>(LabelList.known(split));
        int added = first.unlabelled()[0];
        lines.add(new LabelList.Line(data.id(added), "dog", LabelList.Use.PSEUDO)); // in truth a cat
        Path csv = folder.resolve("labels.csv");
        LabelList.write(csv, lines);

        LabelSplit second = draw(csv, 99);
        assertThat(second.test()).containsExactly(first.test());
        assertThat(second.validation()).containsExactly(first.validation());
        assertThat(second.labelled()).hasSize(9).contains(added).contains(first.labelled());
        assertThat(second.label(added)).isEqualTo(1);
        for (int i : first.test()) {
            assertThat(second.label(i)).isEqualTo(data.label(i));
        }
    }

    @Test
    void picturesOfTheSourcesTestPartStayThere() throws IOException {
        data.add(0, 2, Dataset.Part.TEST).add(1, 2, Dataset.Part.TEST);
        Path csv = Files.writeString(folder.resolve("labels.csv"), """
                path,label,role
                TRAIN/cat/000,cat,labelled
                TRAIN/dog/000,dog,pseudo
                TEST/dog/000,dog,labelled
                TRAIN/dog/001,dog,validation
                """);
        LabelSplit split = draw(csv, 0);
        assertThat(split.test()).containsExactly(60, 61, 62, 63);
        assertThat(ids(split.labelled())).containsExactly("TRAIN/cat/000", "TRAIN/dog/000");
        assertThat(ids(split.validation())).containsExactly("TRAIN/dog/001");
    }

    private List<String> ids(int[] indices) {
        return Arrays.stream(indices).mapToObj(data::id).toList();
    }

    @Test
    void anUnknownRoleAndAClassWithoutALabelAreRefused() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.csv"), "path,label,role\nTRAIN/cat/000,cat,guessed\n");
        assertThatThrownBy(() -> draw(wrong, 0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("wrong.csv:2: the role is 'guessed'");
        Path half = Files.writeString(folder.resolve("half.csv"), "path,label,role\nTRAIN/cat/000,cat,labelled\n");
        assertThatThrownBy(() -> draw(half, 0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("'dog' has no labelled picture");
    }
}
