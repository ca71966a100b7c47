package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.data.Picture;
import io.halflight.data.PseudoLabel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PseudoSectionTest {
    private static final List<String> CLASSES = List.of("Coat", "Shirt", "Bag");

    @TempDir
    Path folder;

    private RunFolder run() {
        return new RunFolder(folder)
                .run(CLASSES, 30)
                .file("run.json", """
                        {"status": "finished", "data": {"classes": ["Coat", "Shirt", "Bag"], "labelledPerClass": [10, 10, 20]}}
                        """)
                .results(
                        List.of(RunFolder.row("distill", "Distilled", 0.7912)),
                        Map.of("distill", RunFolder.model(CLASSES)));
    }

    /** Lines of one class, with falling confidence. */
    private static String lines(String label, int count) {
        StringBuilder csv = new StringBuilder();
        for (int i = 0; i < count; i++) {
            csv.append("%s/%d,%s,%s,%s,%s%n".formatted(label, i, label, 0.9f - 0.001f * i, 0.1f + 0.001f * i, 0.8f));
        }
        return csv.toString();
    }

    private RunFolder labelled(int coats, int shirts, int bags) {
        return run().file(
                        "stages/4-distill/pseudo-labels.csv",
                        "path,label,confidence,entropy,neighbours\n"
                                + lines("Coat", coats)
                                + lines("Shirt", shirts)
                                + lines("Bag", bags));
    }

    @Test
    void sharesStandBesideThoseOfTheLabels() {
        String words = RunFolder.words(labelled(50, 60, 90).page());
        assertThat(words)
                .contains("What the delivered model says of the 200 training pictures without a label.")
                .contains("On the test pictures its confidence is off by 3.7 %: see Calibration.")
                .contains("Bag 45.0 % 50.0 % 86 % Shirt 30.0 % 25.0 % 87 % Coat 25.0 % 25.0 % 88 %")
                .contains("Coat 50 25.0 % 25.0 % 87.5 %")
                .contains("No class comes up more than twice, or less than half, as often as among the labels.");
    }

    @Test
    void aClassFarOffItsShareIsNamedTogetherWithTheKeysThatHelp() {
        String page = labelled(120, 50, 30).page();
        assertThat(RunFolder.words(page))
                .contains(
                        "named far too often: Coat (60.0 % against 25.0 %); named far too rarely: Bag (15.0 % against 50.0 %).")
                .doesNotContain("Shirt (25");
        assertThat(page).contains("<code>align: labels</code>", "<code>class_thresholds: true</code>");
    }

    @Test
    void fewPicturesAreNoGroundForAWarning() {
        // One of four is a Bag, of the labels every second: one standard error is a quarter.
        assertThat(RunFolder.words(labelled(3, 1, 0).page()))
                .contains("No class comes up")
                .doesNotContain("far too");
    }

    @Test
    void suspiciousPicturesAreSureAndAloneAndUncertainOnesHaveTheHighestEntropy() {
        PseudoLabel alone = new PseudoLabel("a", "Coat", 0.9f, 0.3f, 0.2f);
        PseudoLabel loneliest = new PseudoLabel("b", "Coat", 0.8f, 0.4f, 0);
        PseudoLabel unsure = new PseudoLabel("c", "Bag", 0.4f, 1.05f, 0.1f);
        PseudoLabel agreed = new PseudoLabel("d", "Bag", 0.99f, 0.01f, 0.5f);
        List<PseudoLabel> all = List.of(alone, loneliest, unsure, agreed);
        assertThat(Suspects.suspicious(all, 5)).containsExactly(loneliest, alone);
        assertThat(Suspects.suspicious(all, 1)).containsExactly(loneliest);
        assertThat(Suspects.uncertain(all, 3)).containsExactly(unsure, loneliest, alone);
    }

    @Test
    void tilesSayHowManyNeighboursAgree() {
        String page = run().file("stages/4-distill/pseudo-labels.csv", """
                        path,label,confidence,entropy,neighbours
                        train/7,Shirt,0.97,0.1,0.3
                        """).page(id -> {
            assertThat(id).isEqualTo("train/7");
            return Report.png(new Picture(1, 2, 2, new byte[4]));
        });
        assertThat(RunFolder.words(page)).contains("Shirt 97 % sure 3 of 10 agree");
        assertThat(page).contains("alt=\"taken for Shirt\"", "title=\"train/7\"");
    }

    @Test
    void whatAMethodTookForLabelsIsDrawnOverTime() {
        String page = run().file("stages/4-distill/metrics.jsonl", """
                        {"seconds": 1, "loss": 2, "maskRate": 0.1, "pseudo.0": 0.75, "pseudo.1": 0.25, "pseudo.2": 0.0}
                        {"seconds": 2, "loss": 1, "maskRate": 0.32, "pseudo.0": 0.2, "pseudo.1": 0.2, "pseudo.2": 0.6}
                        """).page();
        assertThat(RunFolder.words(page))
                .contains("The network's own answers that served as labels.")
                .contains("Answers taken for labels over training time", "32.0 % at the end.")
                .contains("Shares of the classes at the end: Bag 60 %, Coat 20 %, Shirt 20 %.")
                .doesNotContain("Suspicious");
    }

    @Test
    void aRunWithoutAnySaysNothingAndADamagedFileIsNamed() {
        assertThat(run().page()).doesNotContain("Pseudo-labels");
        assertThat(RunFolder.words(run().file("stages/4-distill/pseudo-labels.csv", "path\n")
                        .page()))
                .contains("pseudo-labels.csv holds no pseudo-labels")
                .doesNotContain("Named");
    }
}
