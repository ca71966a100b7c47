package io.halflight.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.data.Preflight;
import io.halflight.recipe.Doctor;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DoctorReportTest {
    private static Preflight.Report report(List<Preflight.ClassCount> classes, int unlabelled, double imbalance) {
        int labelled = classes.stream().mapToInt(c -> c.train() + c.test()).sum();
        return new Preflight.Report(
                "folder:photos",
                labelled + unlabelled,
                labelled + unlabelled,
                0,
                unlabelled,
                classes,
                new Preflight.Extent(120, 480, 3024),
                new Preflight.Extent(160, 640, 4032),
                new TreeMap<>(java.util.Map.of(1, 12, 3, labelled + unlabelled - 14, 4, 2)),
                IntStream.range(0, 7)
                        .mapToObj(i -> new Preflight.Unreadable(i + ".jpg", i + ".jpg is no picture"))
                        .toList(),
                List.of(
                        new Preflight.Duplicates(List.of("a.jpg", "b.jpg", "c.jpg"), false, false),
                        new Preflight.Duplicates(List.of("cat/d.jpg", "dog/d.jpg"), false, true)),
                imbalance);
    }

    @Test
    void whatSpoilsARunIsSaidWithExamples() {
        List<String> lines = DoctorReport.data(report(
                List.of(new Preflight.ClassCount("cat", 300, 0), new Preflight.ClassCount("dog", 100, 0)), 600, 3));

        assertThat(lines)
                .containsSequence(
                        "folder:photos",
                        "  pictures    1,000 (600 without a class)",
                        "  size        160 to 4032 pixels wide (median 640), 120 to 3024 high (median 480)",
                        "  channels    grey 12, colour 986, colour with alpha 2",
                        "  unreadable  7",
                        "    0.jpg is no picture")
                .containsSequence(
                        "    6.jpg is no picture",
                        "  duplicates  3; 1 picture is in two classes or more",
                        "    cat/d.jpg = dog/d.jpg  (two classes)",
                        "    a.jpg = b.jpg = c.jpg",
                        "  classes     2, the largest has 3.0 times the pictures of the smallest",
                        "    cat  300",
                        "    dog  100");
    }

    @Test
    void unreadablePicturesAreNamedUpToAHundred() {
        Preflight.Report few = report(List.of(), 500, 1);
        List<Preflight.Unreadable> many = IntStream.range(0, 120)
                .mapToObj(i -> new Preflight.Unreadable(i + ".jpg", i + ".jpg is no picture"))
                .toList();
        Preflight.Report report = new Preflight.Report(
                few.spec(),
                few.pictures(),
                few.train(),
                few.test(),
                few.unlabelled(),
                few.classes(),
                few.height(),
                few.width(),
                few.channels(),
                many,
                few.duplicates(),
                few.imbalance());

        assertThat(DoctorReport.data(report))
                .containsSequence("    99.jpg is no picture", "    and 20 more; --json names them all");
    }

    @Test
    void aFlatFolderHasNoClassesAndNeedsLabels() {
        Preflight.Report flat = report(List.of(), 500, 1);

        assertThat(DoctorReport.data(flat)).contains("  classes     none");
        assertThatThrownBy(() -> DoctorCommand.labels(flat))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("--labels FILE.csv");
    }

    @Test
    void fewLabelsAreProposedWhereThereAreManyAndAllWhereThereAreFew() {
        Preflight.ClassCount many = new Preflight.ClassCount("cat", 300, 0);
        Preflight.ClassCount few = new Preflight.ClassCount("dog", 15, 0);

        assertThat(DoctorCommand.labels(report(List.of(many, many), 0, 1))).isEqualTo("10");
        assertThat(DoctorCommand.labels(report(List.of(many, few), 0, 20))).isEqualTo("all");
        assertThat(DoctorCommand.labels(report(List.of(many, many), 5000, 1))).isEqualTo("all");
    }

    @Test
    void costsAreAddedUp() {
        Doctor.Estimate estimate = new Doctor.Estimate(
                List.of(
                        new Doctor.StageEstimate("pretrain", "Pretrained", 4000, 3600),
                        new Doctor.StageEstimate("distill", "Distilled", 1, 60)),
                3660,
                1_400_000_000L,
                32,
                3,
                List.of("There are only 20 unlabelled pictures."));

        assertThat(DoctorReport.estimate(estimate))
                .containsExactly(
                        "views of 32 x 32 pixels, colour",
                        "  pretrain   1:00:00  4,000 steps",
                        "  distill       1:00  1 step",
                        "  together   1:01:00  1.4 GB of memory",
                        "! There are only 20 unlabelled pictures.");
    }
}
