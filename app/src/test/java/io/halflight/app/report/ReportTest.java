package io.halflight.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.data.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTest {
    private static final List<String> CLASSES = List.of("Coat", "Shirt", "Bag");

    @TempDir
    Path folder;

    private RunFolder finished() {
        return new RunFolder(folder)
                .run(CLASSES, 30)
                .results(
                        List.of(
                                RunFolder.row("supervised", "Supervised", 0.6587),
                                RunFolder.row("finetune", "Fine-tuned", 0.7734),
                                RunFolder.row("distill", "Distilled", 0.7912)),
                        Map.of("supervised", RunFolder.model(CLASSES), "distill", RunFolder.model(CLASSES)))
                .file("stages/1-pretrain/metrics.jsonl", """
                        {"stage":"pretrain","epoch":0,"step":10,"steps":20,"seconds":3.5,"loss":5.125,"picturesPerSecond":812.0,"waiting":0.013,"gradientNorm":2.5}
                        {"stage":"pretrain","epoch":0,"step":20,"steps":20,"seconds":7.0,"loss":4.375,"picturesPerSecond":814.0,"waiting":0.011,"gradientNorm":1.5,"temperature":0.4321}
                        {"stage":"pretrain","epoch":0,"step":20,"knn":0.6123,"linear":0.6645}
                        """)
                .file("stages/3-distill/metrics.jsonl", """
                        {"stage":"distill","epoch":0,"step":10,"steps":20,"seconds":2.0,"loss":1.75}
                        {"stage":"distill","epoch":0,"step":10,"validationAccuracy":0.7456}
                        {"stage":"distill","epoch":0,"step":20,"ste""")
                .file("predictions.csv", """
                        picture,label,prediction,confidence,model
                        test/0,Coat,Coat,0.9312,distill
                        test/1,Shirt,Coat,0.8734,distill
                        test/2,Bag,Shirt,0.9876,distill
                        """)
                .file("recipe.yaml", "seed: 17\nstages: {}\n");
    }

    @Test
    void theVerdictComparesTheDeliveredModelWithTheBaseline() {
        assertThat(RunFolder.words(finished().page()))
                .contains("With 10 labels per class, distillation reached 79.1 % on 10,000 test pictures:"
                        + " 13.3 points above training on the same labels alone.");
    }

    @Test
    void everyNumberOfTheRunIsOnThePage() {
        String words = RunFolder.words(finished().page());
        assertThat(words).contains("65.9 %", "77.3 %", "79.1 %", "+11.5", "+13.3"); // headline
        assertThat(words)
                .contains("96.4 %", "3.7 %", "701 k", "6 min 12 s", "last epoch", "10000 test pictures, read once");
        assertThat(words).contains("101", "102", "103", "201", "202", "203"); // confusion matrix
        assertThat(words).contains("60.2 %", "50.2 %", "700"); // classes
        assertThat(words).contains("43.7 %", "51.9 %", "1,234"); // calibration
        assertThat(words).contains("61.2 %", "66.5 %", "74.6 %"); // evaluations
        assertThat(words).contains("5.125 \u2192 4.375", "813", "1.2 %", "temperature 0.4321"); // steps
        assertThat(words).contains("93 % sure", "87 % sure", "99 % sure"); // pictures
        assertThat(words)
                .contains("./halflight run simclrv2 --seed 17", "9f1c4b0e7d2a53c8", "Test CPU 9000", "cores 6", "bf16")
                .contains("pytorch 2.10.0", "2026-11-23 20:31 UTC", "28 \u00d7 28 pixels, grey", "43 min 28 s")
                .contains("seed: 17 stages: {}");
    }

    @Test
    void aRunOfPretrainingAloneShowsWhatItsEncoderIsWorthAndWhatWentWrong() {
        String words = RunFolder.words(new RunFolder(folder)
                .run(CLASSES, 30)
                .file("results.json", """
                        {"headline": [], "models": {}, "frozen": [{"stage": "pretrain", "knn": 0.6111, "linear": 0.6222,
                         "best": {"knn": 0.6333}, "projection": {"knn": 0.4444},
                         "protocols": {"knn": "weighted k-NN, k = 10", "linear": "logistic regression"}}]}
                        """)
                .file("stages/1-pretrain/metrics.jsonl", """
                        {"stage":"pretrain","epoch":0,"step":10,"steps":20,"seconds":3.5,"loss":5.125,"expectedStart":6.236,"effectiveRank":1.2345}
                        {"stage":"pretrain","epoch":0,"step":10,"warning":"The features of stage pretrain collapse."}
                        """)
                .page());
        assertThat(words).contains("61.1 %", "62.2 %", "63.3 %", "44.4 %", "weighted k-NN, k = 10");
        assertThat(words).contains("6.236").contains("The features of stage pretrain collapse.");
    }

    @Test
    void theLabelBudgetCountsTrainingPicturesOnly() {
        assertThat(RunFolder.words(finished().page()))
                .contains("30 of 59,730 training pictures carry a label: 0.05 %", "10,000 test", "200 validation");
    }

    private static final String CURVE = """
            {"command": "./halflight curve runs/a", "labels": [1, 10], "seeds": 3,
             "methods": [{"name": "supervised", "title": "Supervised"}, {"name": "distill", "title": "Distilled"}],
             "means": [
               {"labels": 1, "figure": "supervised", "mean": 0.3142, "deviation": 0.0271, "seeds": 3},
               {"labels": 1, "figure": "distill", "mean": 0.5432, "deviation": 0.0198, "seeds": 3},
               {"labels": 10, "figure": "supervised", "mean": 0.6587, "deviation": null, "seeds": 1}],
             "points": [
               {"labels": 1, "seed": 2, "figure": "distill", "accuracy": 0.5678, "protocol": "10 labelled <pictures>"}]}
            """;

    @Test
    void aMeasuredCurveIsDrawnAndTabulated() {
        String page = finished().file("curve.json", CURVE).page();
        assertThat(RunFolder.words(page))
                .contains("Label efficiency", "Supervised 66 %", "Distilled 54 %")
                .contains("Labels per class Supervised Distilled 1 31.4 % \u00b1 2.7 54.3 % \u00b1 2.0")
                .contains("10 65.9 % (1 of 3 seeds) \u2013")
                .contains("Distilled 1 2 56.8 % 10 labelled <pictures>");
        assertThat(page).doesNotContain("<pictures>");
        assertThat(page.split("class=\"whisker\"", -1)).hasSize(2);
        assertThat(page.split("class=\"whisker accent\"", -1)).hasSize(2);
    }

    @Test
    void aMethodsTimeIncludesWhatItBuildsOnAndNothingElse() {
        String log = """
                {"stage":"x","epoch":0,"step":10,"steps":20,"seconds":%s,"loss":1.5}
                {"stage":"x","epoch":0,"step":10,"validationAccuracy":%s}
                """;
        String page = new RunFolder(folder)
                .run(CLASSES, 30)
                .file("stages/1-pretrain/metrics.jsonl", "{\"step\":10,\"seconds\":100,\"loss\":5}\n")
                .file("stages/1-pretrain/stage.json", "{\"title\":\"Pretrained\",\"seconds\":100,\"needs\":[]}")
                .file("stages/2-plain/metrics.jsonl", log.formatted(17, 0.512))
                .file("stages/2-plain/stage.json", "{\"title\":\"Plain\",\"seconds\":17,\"needs\":[]}")
                .file("stages/3-tuned/metrics.jsonl", log.formatted(8, 0.634))
                .file("stages/3-tuned/stage.json", "{\"title\":\"Tuned\",\"seconds\":8,\"needs\":[\"pretrain\"]}")
                .file("stages/4-taught/metrics.jsonl", log.formatted(5, 0.701))
                .file(
                        "stages/4-taught/stage.json",
                        "{\"title\":\"Taught\",\"seconds\":5,\"needs\":[\"tuned\",\"pretrain\"],"
                                + "\"streams\":{\"labelled\":30,\"unlabelled\":4321,\"labelledInside\":true}}")
                .page();
        assertThat(RunFolder.words(page))
                .contains("Accuracy against time that each classifier took")
                .contains("Plain \u2013 17 s 51.2 %")
                .contains("Tuned pretrain 1 min 48 s 63.4 %")
                .contains("Taught tuned, pretrain 1 min 53 s 70.1 %")
                .contains("Taught 30 4,321 yes");
    }

    @Test
    void theAnswerToFourOrientationsHasAColumnWhereThereIsOne() {
        Map<String, Object> turned = RunFolder.row("rotation", "S4L-Rotation", 0.7012);
        turned.put("turnedAccuracy", 0.7123);
        String words = RunFolder.words(new RunFolder(folder)
                .run(CLASSES, 30)
                .results(List.of(RunFolder.row("supervised", "Supervised", 0.6587), turned), Map.of())
                .page());
        assertThat(words)
                .contains("Model Accuracy Of four orientations Top-5")
                .contains("Supervised 65.9 % \u2013 96.4 %")
                .contains("S4L-Rotation 70.1 % 71.2 % 96.4 %");
        assertThat(RunFolder.words(finished().page())).doesNotContain("Of four orientations");
    }

    @Test
    void aStageThatIsNotDoneIsNotCompared() {
        RunFolder run = finished()
                .file("stages/2-finetune/metrics.jsonl", "{\"step\":1,\"validationAccuracy\":0.5}\n")
                .file("stages/2-finetune/stage.json", "{\"title\":\"Fine-tuned\",\"seconds\":8,\"needs\":[]}");
        assertThat(run.page()).doesNotContain("Accuracy against time");
    }

    @Test
    void oneClassifierAloneIsNotCompared() {
        assertThat(finished().page()).doesNotContain("Accuracy against time");
    }

    @Test
    void withoutACurveNothingIsSaidOfOne() {
        assertThat(finished().page()).doesNotContain("Label efficiency", "curve.json");
        assertThat(RunFolder.words(finished().file("curve.json", "{").page()))
                .contains("curve.json is damaged")
                .doesNotContain("Label efficiency");
        assertThat(RunFolder.words(
                        finished().file("curve.json", "{\"seeds\": 3}").page()))
                .contains("No point of the curve is finished yet.");
    }

    @Test
    void nothingIsAskedOfTheNetwork() {
        String page = finished().page(id -> Report.png(new Picture(1, 2, 2, new byte[4])));
        assertThat(page).doesNotContain("http://", "https://", "<script", "@import", "url(");
        Matcher links = Pattern.compile("(?:src|href)\\s*=\\s*\"([^\"]*)\"").matcher(page);
        int found = 0;
        while (links.find()) {
            assertThat(links.group(1)).matches("(?s)(data:image/png;base64,|#).*");
            found++;
        }
        assertThat(found)
                .isEqualTo(
                        6 + 3 * 3); // the pictures, each in two places; behind each cell one, with links to it and back
        assertThat(page).contains("Content-Security-Policy", "default-src &#39;none&#39;");
    }

    @Test
    void whatARunHoldsCannotBecomeMarkup() {
        String evil = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;";
        String quoted = '"' + evil.replace("\"", "\"\"") + '"';
        List<String> classes = List.of(evil, "b");
        RunFolder run = new RunFolder(folder)
                .run(classes, 20)
                .results(List.of(RunFolder.row(evil, evil, 0.5)), Map.of(evil, RunFolder.model(classes)))
                .file(
                        "predictions.csv",
                        "picture,label,prediction,confidence,model\n%1$s,%1$s,b,0.9,m\n".formatted(quoted))
                .file("recipe.yaml", evil)
                .file("stages/1-<b>x/metrics.jsonl", "{\"seconds\":1,\"loss\":2,\"<i>\":3}\n{\"knn\":0.5}\n");
        String page = run.page(id -> new byte[] {1});
        assertThat(page).doesNotContain("<script", "<img src=x", "<b>x", "<i>");
        assertThat(page).contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;amp;");
        assertThat(RunFolder.words(page)).contains(evil);
        assertThat(attributes(page)).doesNotContain("onerror");
    }

    /** Names of all attributes, read as a browser does: quoted values are skipped. */
    private static List<String> attributes(String page) {
        return Pattern.compile("<[a-z][^<>]*>")
                .matcher(page.replaceAll("(?s)<style>.*?</style>", ""))
                .results()
                .flatMap(tag -> Pattern.compile("\\s([a-zA-Z-]+)=\"[^\"]*\"")
                        .matcher(tag.group())
                        .results())
                .map(attribute -> attribute.group(1))
                .distinct()
                .toList();
    }

    @Test
    void elementsAreClosedInOrder() {
        String page = finished().page(id -> new byte[0]);
        ArrayDeque<String> open = new ArrayDeque<>();
        Matcher tags =
                Pattern.compile("<(/?)([a-z][a-z0-9]*)[^<>]*>").matcher(page.replaceAll("(?s)<style>.*?</style>", ""));
        while (tags.find()) {
            if (List.of("meta", "img", "br").contains(tags.group(2))) {
                continue;
            }
            if (tags.group(1).isEmpty()) {
                open.push(tags.group(2));
            } else {
                assertThat(open.pop()).isEqualTo(tags.group(2));
            }
        }
        assertThat(open).isEmpty();
    }

    @Test
    void everyDrawingHasANameAndADescription() {
        String page = finished().page();
        Matcher drawings =
                Pattern.compile("aria-labelledby=\"(h\\d+) (h\\d+)\"").matcher(page);
        int found = 0;
        while (drawings.find()) {
            assertThat(page)
                    .contains("<title id=\"" + drawings.group(1) + "\">", "<desc id=\"" + drawings.group(2) + "\">");
            found++;
        }
        assertThat(found).isGreaterThanOrEqualTo(6);
        assertThat(page).contains("k-NN: 61.2\u00a0% at the end");
    }

    @Test
    void anEmptyDirectoryGivesAPageThatSaysWhatIsMissing() {
        assertThat(RunFolder.words(new RunFolder(folder).page()))
                .contains("run.json is not there", "results.json is not there", "predictions.csv is not there")
                .contains("recipe.yaml is not there", "stages is not there", "There are no test results in this run.")
                .doesNotContain("NaN", "null");
    }

    @Test
    void aRunWithoutAnEndTakesTheTimeOfItsLastRecord() {
        String run = "{\"status\":\"%s\",\"updated\":\"2026-11-23T20:43:57Z\"}";
        RunFolder folder = new RunFolder(this.folder);
        assertThat(RunFolder.words(
                        folder.file("run.json", run.formatted("finished")).page()))
                .contains("finished 2026-11-23 20:43 UTC");
        assertThat(RunFolder.words(
                        folder.file("run.json", run.formatted("running")).page()))
                .doesNotContain("20:43");
    }

    @Test
    void damagedFilesAreNamed() {
        RunFolder run = finished().file("results.json", "{\"headline\": [").file("run.json", "[1, 2]");
        assertThat(RunFolder.words(run.page()))
                .contains("results.json is damaged (JSON line 1", "There are no test results in this run")
                .doesNotContain("NaN");
    }

    @Test
    void aRunningRunShowsItsCurvesWithoutResults() {
        RunFolder run = finished();
        run.file("run.json", "{\"status\":\"running\",\"name\":\"demo\"}").file("results.json", "{}");
        assertThat(RunFolder.words(run.page()))
                .contains("The run is still going: there are no test results yet; the curves show how far it has come.")
                .contains("pretrain loss", "k-NN 61 %", "10 of 20");
    }

    @Test
    void figuresThatAreNotNumbersPrintAsDashes() {
        Map<String, Object> row = RunFolder.row("supervised", "Supervised", Double.NaN);
        RunFolder run = new RunFolder(folder).run(CLASSES, 30).results(List.of(row), Map.of());
        assertThat(RunFolder.words(run.page())).contains("Supervised \u2013").doesNotContain("NaN", "Infinity");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 20})
    void fewClassesMakeAHeatMap(int n) {
        List<String> classes = IntStream.range(0, n).mapToObj(i -> "kind-" + i).toList();
        String page = new RunFolder(folder)
                .run(classes, n)
                .results(
                        List.of(RunFolder.row("distill", "Distilled", 0.5)),
                        Map.of("distill", RunFolder.model(classes)))
                .page();
        assertThat(Pattern.compile("<td class=\"(hit|miss) s\\d\"")
                        .matcher(page)
                        .results())
                .hasSize(n * n);
        assertThat(RunFolder.words(page)).contains("kind-" + (n - 1)).doesNotContain("Largest confusions", "NaN");
    }

    @Test
    void manyClassesMakeAListOfTheLargestConfusions() {
        List<String> classes = IntStream.range(0, 25).mapToObj(i -> "kind-" + i).toList();
        String page = new RunFolder(folder)
                .run(classes, 25)
                .results(
                        List.of(RunFolder.row("distill", "Distilled", 0.5)),
                        Map.of("distill", RunFolder.model(classes)))
                .page();
        assertThat(page).doesNotContain("class=\"heat");
        assertThat(RunFolder.words(page))
                .contains(
                        "Largest confusions",
                        "kind-24 \u2192 kind-23 4.0 % 2,424",
                        "kind-24 \u2192 kind-22 4.0 % 2,423");
    }

    @Test
    void mistakesComeWithTheSurestFirst() {
        String words = RunFolder.words(finished().page());
        assertThat(words.indexOf("99 % sure is Bag")).isPositive().isLessThan(words.indexOf("87 % sure is Shirt"));
    }

    @Test
    void aPictureThatCannotBeReadLeavesItsClasses() {
        String page = finished().page(id -> {
            throw new IllegalArgumentException("no picture " + id);
        });
        assertThat(RunFolder.words(page)).contains("no picture", "99 % sure is Bag");
        assertThat(page).doesNotContain("<img");
    }

    @Test
    void aMissingDirectoryIsTheUsersToMend() {
        assertThatThrownBy(() -> Report.write(folder.resolve("nowhere"), null))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void picturesKeepTheirColours() throws IOException {
        byte[] pixels = {(byte) 255, 1, 2, (byte) 128, 3, 4}; // red 255 1, green 2 128, blue 3 4
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(Report.png(new Picture(3, 1, 2, pixels))));
        assertThat(image.getRGB(0, 0) & 0xffffff).isEqualTo(0xff0203);
        assertThat(image.getRGB(1, 0) & 0xffffff).isEqualTo(0x018004);
    }

    @Test
    void largePicturesAreReduced() throws IOException {
        Picture picture = new Picture(1, 1000, 500, new byte[500_000]);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(Report.png(picture)));
        assertThat(image.getHeight()).isEqualTo(192);
        assertThat(image.getWidth()).isEqualTo(96);
    }
}
