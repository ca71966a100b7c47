package io.halflight.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSplitTest {
    @TempDir
    Path folder;

    private static ListedDataset animals(int cats, int dogs) {
        return new ListedDataset("cat", "dog").add(0, cats, Dataset.Part.TRAIN).add(1, dogs, Dataset.Part.TRAIN);
    }

    private static LabelSplit draw(Dataset data, LabelRequest labels) {
        return LabelSplit.draw(data, new LabelSplit.Request(labels), 3);
    }

    private static Set<String> ids(Dataset data, int[] indices) {
        return Arrays.stream(indices).mapToObj(data::id).collect(Collectors.toSet());
    }

    private static long ofClass(LabelSplit split, int[] indices, int label) {
        return Arrays.stream(indices).filter(i -> split.label(i) == label).count();
    }

    @Test
    void eachClassIsCutInTheSameWay() {
        ListedDataset data = animals(100, 50).add(-1, 7, Dataset.Part.TRAIN);
        LabelSplit split = draw(data, new LabelRequest.PerClass(10));

        assertThat(ofClass(split, split.test(), 0)).isEqualTo(20);
        assertThat(ofClass(split, split.test(), 1)).isEqualTo(10);
        assertThat(ofClass(split, split.labelled(), 0)).isEqualTo(10);
        assertThat(ofClass(split, split.labelled(), 1)).isEqualTo(10);
        assertThat(ofClass(split, split.validation(), 0)).isEqualTo(20);
        assertThat(ofClass(split, split.validation(), 1)).isEqualTo(15);
        assertThat(split.count(Role.UNLABELLED)).isEqualTo(157 - 30 - 20 - 35);
    }

    @Test
    void everyPictureHasOneRoleAndTheStreamHoldsAllThatIsTrainedOn() {
        ListedDataset data = animals(60, 60).add(-1, 5, Dataset.Part.TRAIN).add(-1, 2, Dataset.Part.TEST);
        LabelSplit split = draw(data, new LabelRequest.Fraction(0.1));
        int all = split.unlabelledStream().length + split.validation().length + split.test().length;
        assertThat(all + split.count(Role.UNUSED)).isEqualTo(data.size());
        assertThat(split.count(Role.UNUSED)).isEqualTo(2);
        assertThat(ids(data, split.unlabelledStream())).containsAll(ids(data, split.labelled()));
        assertThat(ids(data, split.unlabelledStream())).doesNotContainAnyElementsOf(ids(data, split.test()));
        assertThat(split.labelled()).hasSize(10);
    }

    @Test
    void theSourcesOwnTestPartIsUsedWhole() {
        ListedDataset data = animals(40, 40).add(0, 3, Dataset.Part.TEST).add(1, 4, Dataset.Part.TEST);
        LabelSplit split = draw(data, new LabelRequest.PerClass(5));
        assertThat(split.test()).containsExactly(80, 81, 82, 83, 84, 85, 86);
    }

    @Test
    void anUnlabelledPictureHidesItsClass() {
        ListedDataset data = animals(30, 30);
        LabelSplit split = draw(data, new LabelRequest.PerClass(2));
        for (int i = 0; i < data.size(); i++) {
            boolean hidden = split.role(i) == Role.UNLABELLED;
            assertThat(split.label(i)).isEqualTo(hidden ? Dataset.UNLABELLED : data.label(i));
        }
        assertThat(split.count(Role.UNLABELLED)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 77})
    void theDrawDependsOnSeedAndIdsButNotOnTheOrder(long seed) {
        ListedDataset data = animals(40, 30);
        ListedDataset shuffled = new ListedDataset("cat", "dog");
        shuffled.rows.addAll(data.rows);
        Collections.shuffle(shuffled.rows, new Random(seed));
        LabelSplit.Request request = new LabelSplit.Request(new LabelRequest.PerClass(4));

        LabelSplit first = LabelSplit.draw(data, request, seed);
        LabelSplit second = LabelSplit.draw(shuffled, request, seed);
        LabelSplit other = LabelSplit.draw(data, request, seed + 1);

        assertThat(ids(shuffled, second.labelled())).isEqualTo(ids(data, first.labelled()));
        assertThat(ids(shuffled, second.test())).isEqualTo(ids(data, first.test()));
        assertThat(ids(data, other.labelled())).isNotEqualTo(ids(data, first.labelled()));
    }

    @Test
    void moreLabelsContainFewerAndLeaveTestAndValidationAlone() {
        ListedDataset data = animals(200, 200);
        LabelSplit few = draw(data, new LabelRequest.PerClass(4));
        LabelSplit many = draw(data, new LabelRequest.PerClass(40));
        assertThat(ids(data, many.labelled())).containsAll(ids(data, few.labelled()));
        assertThat(many.validation()).isEqualTo(few.validation());
        assertThat(many.test()).isEqualTo(few.test());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 77})
    void newLabelsAreStratifiedNestedAndRepeatable(long seed) {
        ListedDataset data = animals(100, 60).add(-1, 9, Dataset.Part.TRAIN);
        LabelSplit split = draw(data, new LabelRequest.PerClass(5));
        LabelSplit few = split.relabel(2, seed);
        LabelSplit many = split.relabel(20, seed);

        assertThat(ofClass(few, few.labelled(), 0)).isEqualTo(2);
        assertThat(ofClass(many, many.labelled(), 0)).isEqualTo(20);
        assertThat(ofClass(many, many.labelled(), 1)).isEqualTo(20);
        assertThat(many.labelled()).hasSize(40);
        assertThat(ids(data, many.labelled())).containsAll(ids(data, few.labelled()));
        assertThat(split.relabel(20, seed).labelled()).isEqualTo(many.labelled());
        assertThat(many.relabel(2, seed).labelled()).isEqualTo(few.labelled());
        assertThat(split.relabel(20, seed + 1).labelled()).isNotEqualTo(many.labelled());
    }

    @Test
    void newLabelsLeaveTestAndValidationAloneAndHideAllOtherClasses() {
        ListedDataset data = animals(100, 60).add(-1, 9, Dataset.Part.TRAIN).add(-1, 3, Dataset.Part.TEST);
        LabelSplit split = draw(data, new LabelRequest.PerClass(5));
        LabelSplit other = split.relabel(12, 8);

        assertThat(other.test()).isEqualTo(split.test());
        assertThat(other.validation()).isEqualTo(split.validation());
        assertThat(other.unlabelledStream()).isEqualTo(split.unlabelledStream());
        assertThat(other.count(Role.UNUSED)).isEqualTo(split.count(Role.UNUSED));
        for (int i = 0; i < data.size(); i++) {
            boolean hidden = other.role(i) == Role.UNLABELLED || other.role(i) == Role.UNUSED;
            assertThat(other.label(i)).isEqualTo(hidden ? Dataset.UNLABELLED : data.label(i));
            assertThat(data.label(i) < 0 && other.role(i) == Role.LABELLED).isFalse();
        }
    }

    @Test
    void theOwnNumberAndSeedGiveTheOwnLabelsAgain() {
        LabelSplit split = draw(animals(100, 60), new LabelRequest.PerClass(7));
        assertThat(split.relabel(20, 5).relabel(7, 3).labelled()).isEqualTo(split.labelled());
    }

    @Test
    void newLabelsOfAGivenListMayBeItsOwn() throws Exception {
        ListedDataset data = new ListedDataset().add(-1, 40, Dataset.Part.TRAIN);
        StringBuilder csv = new StringBuilder("path,label\n");
        for (int i = 0; i < 20; i++) {
            csv.append("TRAIN/loose/%03d,%s%n".formatted(i, i % 2 == 0 ? "owl" : "emu"));
        }
        LabelSplit split = draw(data, new LabelRequest.Given(Files.writeString(folder.resolve("l.csv"), csv)));
        LabelSplit other = split.relabel(2, 0);
        assertThat(other.labelled()).hasSize(4);
        assertThat(split.labelled()).contains(other.labelled());
        for (int i : other.labelled()) {
            assertThat(other.label(i)).isEqualTo(split.label(i));
        }
    }

    @Test
    void moreNewLabelsThanAClassHasAreRefused() {
        LabelSplit split = draw(animals(100, 10), new LabelRequest.PerClass(2));
        assertThat(split.relabel(5, 0).labelled()).hasSize(10);
        assertThatThrownBy(() -> split.relabel(6, 0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("6 labelled pictures per class")
                .hasMessageContaining("class 'dog' of listed has 5 pictures")
                .hasMessageContaining("ask for at most 5");
        assertThatThrownBy(() -> split.relabel(0, 0)).hasMessageContaining("got 0");
    }

    @Test
    void tooFewPicturesOfAClassIsExplained() {
        assertThatThrownBy(() -> draw(animals(100, 10), new LabelRequest.PerClass(9)))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("class 'dog' of listed has 8 pictures")
                .hasMessageContaining("9 labelled")
                .hasMessageContaining("ask for fewer");
        LabelSplit.Request request = new LabelSplit.Request(new LabelRequest.PerClass(5), 4, 0.2);
        assertThatThrownBy(() -> LabelSplit.draw(animals(100, 10), request, 1))
                .hasMessageContaining("5 labelled and 4 for validation");
    }

    @Test
    void aTinyClassKeepsItsLabelsAndGoesWithoutValidation() {
        LabelSplit split = draw(animals(100, 3), new LabelRequest.PerClass(2));
        assertThat(ofClass(split, split.test(), 1)).isEqualTo(1);
        assertThat(ofClass(split, split.labelled(), 1)).isEqualTo(2);
        assertThat(ofClass(split, split.validation(), 1)).isZero();
    }

    @Test
    void allLeavesAFifthForValidation() {
        LabelSplit split = draw(animals(50, 400), new LabelRequest.All());
        assertThat(ofClass(split, split.validation(), 0)).isEqualTo(8);
        assertThat(ofClass(split, split.labelled(), 0)).isEqualTo(32);
        assertThat(ofClass(split, split.validation(), 1)).isEqualTo(20);
        assertThat(split.count(Role.UNLABELLED)).isZero();
    }

    @Test
    void withoutClassesLabelsHaveToBeGiven() throws Exception {
        ListedDataset data = new ListedDataset().add(-1, 40, Dataset.Part.TRAIN);
        assertThatThrownBy(() -> draw(data, new LabelRequest.PerClass(2))).hasMessageContaining("has no classes");

        StringBuilder csv = new StringBuilder("path,label\n");
        for (int i = 0; i < 20; i++) {
            csv.append("TRAIN/loose/%03d,%s%n".formatted(i, i % 2 == 0 ? "owl" : "emu"));
        }
        LabelSplit split = draw(data, new LabelRequest.Given(Files.writeString(folder.resolve("l.csv"), csv)));
        assertThat(split.classes()).containsExactly("emu", "owl");
        assertThat(split.test()).hasSize(4);
        assertThat(split.validation()).hasSize(2);
        assertThat(split.labelled()).hasSize(14);
        assertThat(split.unlabelledStream()).hasSize(34);
        for (int i : split.labelled()) {
            assertThat(split.label(i)).isEqualTo(i % 2 == 0 ? 1 : 0);
        }
    }

    @Test
    void aGivenListOfAClassifiedSourceIsTestedOnTheOthers() throws Exception {
        ListedDataset data = animals(50, 50);
        Path csv = Files.writeString(
                folder.resolve("l.csv"), "TRAIN/cat/001\nTRAIN/cat/002\nTRAIN/dog/007\nTRAIN/dog/008,cat\n");
        LabelSplit split = draw(data, new LabelRequest.Given(csv));
        assertThat(split.labelled()).containsExactly(1, 2, 57, 58);
        assertThat(split.label(57)).isEqualTo(1);
        assertThat(split.label(58)).isEqualTo(0);
        assertThat(split.test()).hasSize(20);
        assertThat(split.validation()).isEmpty();
    }

    @Test
    void mistakesInAGivenListAreReportedWithTheirLine() throws Exception {
        given("TRAIN/cat/001\nTRAIN/cat/099\n", "l.csv:2: there is no picture 'TRAIN/cat/099'");
        given("path,label\nTRAIN/cat/001,doog\n", "l.csv:2: there is no class 'doog', did you mean dog");
        given("TRAIN/cat/001\nTRAIN/cat/001\n", "l.csv:2: 'TRAIN/cat/001' is listed twice");
        given("TRAIN/cat/001\n", "l.csv has 0 pictures to train on");
    }

    private void given(String text, String message) throws Exception {
        Path csv = Files.writeString(folder.resolve("l.csv"), text);
        assertThatThrownBy(() -> draw(animals(20, 20), new LabelRequest.Given(csv)))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aSplitSurvivesItsFile() throws Exception {
        ListedDataset data = new ListedDataset("a cat, \"tame\"", "dog")
                .add(0, 20, Dataset.Part.TRAIN)
                .add(1, 20, Dataset.Part.TRAIN);
        LabelSplit split = draw(data, new LabelRequest.PerClass(3));
        Path csv = folder.resolve("new/split.csv");
        split.write(csv);
        LabelSplit read = LabelSplit.read(csv, data);

        assertThat(read.classes()).isEqualTo(split.classes());
        for (int i = 0; i < data.size(); i++) {
            assertThat(read.role(i)).isEqualTo(split.role(i));
            assertThat(read.label(i)).isEqualTo(split.label(i));
        }
        assertThat(read.sha256()).isEqualTo(split.sha256()).isEqualTo(Hashes.full(Files.readAllBytes(csv)));
        try (var files = Files.list(csv.getParent())) {
            assertThat(files).containsExactly(csv);
        }
    }

    @Test
    void theFileDoesNotTellTheClassOfUnlabelledPictures() throws Exception {
        ListedDataset data = animals(30, 30);
        Path csv = folder.resolve("split.csv");
        draw(data, new LabelRequest.PerClass(3)).write(csv);
        var lines = Files.readAllLines(csv);
        assertThat(lines.get(0)).isEqualTo("picture,role,class,sha256");
        assertThat(lines.get(1)).matches("TRAIN/cat/000,(unlabelled,|(labelled|validation|test),cat),[0-9a-f]{16}");
        assertThat(lines)
                .filteredOn(line -> line.contains(",unlabelled,"))
                .isNotEmpty()
                .allMatch(line -> line.contains(",unlabelled,,"));
    }

    @Test
    void changedPicturesAreNoticed() {
        ListedDataset data = animals(20, 20);
        Path csv = folder.resolve("split.csv");
        draw(data, new LabelRequest.PerClass(3)).write(csv);

        ListedDataset other = animals(20, 20);
        other.rows.remove(0);
        other.rows.set(4, new ListedDataset.Row("TRAIN/cat/005", 0, Dataset.Part.TRAIN, "edited"));
        other.add(1, 1, Dataset.Part.TEST);
        assertThatThrownBy(() -> LabelSplit.read(csv, other))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("1 added (first: TEST/dog/000)")
                .hasMessageContaining("1 removed (first: TRAIN/cat/000)")
                .hasMessageContaining("1 changed (first: TRAIN/cat/005)");
    }

    @Test
    void aTamperedFileIsRefused() throws Exception {
        ListedDataset data = animals(20, 20);
        Path csv = folder.resolve("split.csv");
        draw(data, new LabelRequest.PerClass(3)).write(csv);
        String text = Files.readString(csv);
        Files.writeString(csv, text.replaceFirst("unlabelled,,", "unlabelled,cat,"));
        assertThatThrownBy(() -> LabelSplit.read(csv, data)).hasMessageContaining("do not go together");
        Files.writeString(csv, text.replaceFirst("unlabelled,,", "umlabelled,,"));
        assertThatThrownBy(() -> LabelSplit.read(csv, data)).hasMessageContaining("no role 'umlabelled'");
        Files.writeString(csv, "picture,role\n");
        assertThatThrownBy(() -> LabelSplit.read(csv, data)).hasMessageContaining("is no split");
    }

    @Test
    void impossibleRequestsAreUsageErrors() {
        assertThatThrownBy(() -> new LabelRequest.PerClass(0)).hasMessageContaining("got 0");
        assertThatThrownBy(() -> new LabelRequest.Fraction(1.5)).hasMessageContaining("got 1.5");
        assertThatThrownBy(() -> new LabelRequest.Fraction(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new LabelSplit.Request(new LabelRequest.All(), -2, 0.2))
                .hasMessageContaining("got -2");
        assertThatThrownBy(() -> new LabelSplit.Request(new LabelRequest.All(), -1, 1))
                .hasMessageContaining("got 1.0");
        assertThat(IntStream.of(
                        draw(animals(9, 9), new LabelRequest.Fraction(0.001)).labelled()))
                .hasSize(2);
    }
}
