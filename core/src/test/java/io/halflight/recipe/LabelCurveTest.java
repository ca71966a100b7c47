package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.data.Datasets;
import io.halflight.data.LabelSplit;
import io.halflight.json.Json;
import io.halflight.train.Progress;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelCurveTest {
    private static final List<String> METHODS = List.of("supervised", "linear", "finetune", "distill");

    @TempDir
    static Path shared;

    /** Finished once for all tests; each works on a copy. */
    private static Path finished;

    @TempDir
    Path folder;

    @BeforeAll
    static void run() {
        finished = shared.resolve("run");
        pipeline(tiny(), finished);
    }

    @Test
    void everyNumberOfLabelsIsMeasuredFromTheSamePretraining() throws IOException {
        Path run = copy();
        Map<String, String> before = files(run);
        Counter counter = new Counter();
        CurveResult result = curve(run, List.of(3, 1), 2, List.of(), counter).run();

        assertThat(result.interrupted()).isFalse();
        assertThat(result.labels()).containsExactly(1, 3);
        assertThat(result.methods()).extracting(CurveResult.Method::name).isEqualTo(METHODS);
        assertThat(result.methods())
                .extracting(CurveResult.Method::title)
                .containsExactly("Supervised", "Linear probe", "Fine-tuned", "Distilled");
        assertThat(result.points()).hasSize(2 * 2 * 4).allSatisfy(point -> {
            assertThat(point.accuracy()).isBetween(0.0, 1.0);
            assertThat(point.protocol()).isNotEmpty();
        });
        assertThat(result.means()).hasSize(2 * 4).allSatisfy(mean -> {
            assertThat(mean.seeds()).isEqualTo(2);
            assertThat(mean.deviation()).isNotNegative();
        });
        assertThat(counter.messages)
                .contains("4 sub-runs: 1, 3 labels per class, seeds 0 to 1")
                .contains("labels 1, seed 0 (1 of 4)", "labels 3, seed 1 (4 of 4)");
        assertThat(counter.stages).doesNotContain("pretrain").contains("supervised", "finetune", "distill");

        LabelSplit own = split(run);
        for (String name : List.of("labels-1-seed-0", "labels-3-seed-0", "labels-1-seed-1", "labels-3-seed-1")) {
            Path subRun = run.resolve("curve").resolve(name);
            for (String file : List.of("last.safetensors", "best.safetensors", "stage.json", "metrics.jsonl")) {
                assertThat(subRun.resolve("stages/2-pretrain").resolve(file))
                        .hasSameBinaryContentAs(run.resolve("stages/2-pretrain").resolve(file));
            }
            LabelSplit split = split(subRun);
            assertThat(split.test()).isEqualTo(own.test());
            assertThat(split.validation()).isEqualTo(own.validation());
            assertThat(split.labelled()).hasSize(name.contains("labels-1") ? 10 : 30);
        }
        Map<String, String> after = files(run);
        after.keySet().removeIf(name -> name.startsWith("curve"));
        assertThat(after).isEqualTo(before);
        assertThat(Json.parse(Files.readString(run.resolve("curve.json"))))
                .isEqualTo(Json.parse(Json.write(result.toJson("test"))));
    }

    @Test
    void probesTakeNoLabelsBeyondThoseOfTheCurve() {
        CurveResult result =
                curve(copy(), List.of(1), 1, List.of("linear"), new Counter()).run();
        assertThat(result.points()).hasSize(1);
        assertThat(result.points().get(0).protocol()).contains("on 10 pictures").contains("without a sweep");
        assertThat(result.means().get(0).deviation()).isNaN();
    }

    @Test
    void aSecondStartTakesWhatIsFinishedAndTrainsOnlyWhatIsNew() throws IOException {
        Path run = copy();
        CurveResult first =
                curve(run, List.of(2), 2, List.of("finetune"), new Counter()).run();

        Counter again = new Counter();
        CurveResult second =
                curve(run, List.of(2), 2, List.of("finetune"), again).run();
        assertThat(again.steps).isZero();
        assertThat(again.messages)
                .containsExactly("2 sub-runs: 2 labels per class, seeds 0 to 1; all were done before");
        assertThat(second).isEqualTo(first);

        Counter more = new Counter();
        CurveResult both = curve(run, List.of(2), 2, List.of("distill"), more).run();
        assertThat(more.stages).containsExactly("distill", "distill");
        assertThat(both.methods()).extracting(CurveResult.Method::name).containsExactly("distill");

        Counter all = new Counter();
        CurveResult joined = curve(run, List.of(2), 2, List.of("finetune", "distill", "knn"), all)
                .run();
        assertThat(all.steps).isZero();
        assertThat(joined.points()).containsAll(first.points()).containsAll(both.points());
    }

    @Test
    void aStoppedCurveEndsLikeAnUninterruptedOne() throws IOException {
        Path whole = copy();
        Path pieces = folder.resolve("pieces");
        copy(whole, pieces);
        List<String> only = List.of("supervised", "finetune");
        CurveResult expected =
                curve(whole, List.of(1, 2), 1, only, new Counter()).run();

        CurveResult result;
        int starts = 0;
        do {
            Counter counter = new Counter();
            counter.stopAfter = starts < 3 ? 1 : Integer.MAX_VALUE;
            LabelCurve curve = curve(pieces, List.of(1, 2), 1, only, counter);
            counter.curve = curve;
            result = curve.run();
            starts++;
            assertThat(pieces.resolve("curve.json").toFile().exists()).isEqualTo(!result.interrupted());
        } while (result.interrupted());

        assertThat(starts).isEqualTo(4);
        assertThat(result).isEqualTo(expected);
        assertThat(pieces.resolve("curve.json")).hasSameTextualContentAs(whole.resolve("curve.json"));
    }

    @Test
    void whatCannotBeMeasuredIsRefusedBeforeAnythingStarts() throws IOException {
        Path run = copy();
        Map<String, String> before = files(run);
        refused(() -> curve(run, List.of(1, 1000), 1, List.of(), new Counter()).run(), "1000 labelled", "ask for at");
        refused(() -> curve(run, List.of(), 1, List.of(), new Counter()), "--labels");
        refused(() -> curve(run, List.of(0, 2), 1, List.of(), new Counter()), "--labels is [0, 2]");
        refused(() -> curve(run, List.of(1), 0, List.of(), new Counter()), "--seeds is 0");
        refused(
                () -> curve(run, List.of(1), 1, List.of("finetun"), new Counter()),
                "--only finetun",
                "did you mean finetune");
        refused(() -> curve(folder.resolve("none"), List.of(1), 1, List.of(), new Counter()), "There is no run in");
        assertThat(files(run)).isEqualTo(before);

        Files.delete(run.resolve("stages/2-pretrain/stage.json"));
        refused(() -> curve(run, List.of(1), 1, List.of(), new Counter()), "pretrain", "not finished");
    }

    @Test
    void aRunWithoutPretrainingIsRepeatedOnFiveSplits() throws IOException {
        Path run = folder.resolve("supervised");
        pipeline(
                RecipeReader.read(
                        "supervised",
                        List.of(
                                "data.source=shapes:200,100",
                                "data.size=16",
                                "data.labels=3",
                                "stages.supervised.backbone.width=0.125",
                                "stages.supervised.epochs=1",
                                "stages.supervised.batch=10",
                                "threads=1")),
                run);
        CurveResult result = curve(run, List.of(1), 5, List.of(), new Counter()).run();
        assertThat(result.points()).hasSize(5);
        assertThat(result.means())
                .singleElement()
                .satisfies(mean -> assertThat(mean.seeds()).isEqualTo(5));
        List<List<Integer>> splits = IntStream.range(0, 5)
                .mapToObj(seed -> split(run.resolve("curve/labels-1-seed-" + seed)))
                .map(split -> IntStream.of(split.labelled()).boxed().toList())
                .toList();
        Path empty = run.resolve("curve/labels-2-seed-0"); // as if killed when nothing was written yet
        Files.createDirectories(empty);
        Counter counter = new Counter();
        counter.stopAfter = 1;
        LabelCurve stopped = curve(run, List.of(2), 1, List.of(), counter);
        counter.curve = stopped;
        assertThat(stopped.run().interrupted()).isTrue();
        assertThat(curve(run, List.of(2), 1, List.of(), new Counter()).run().points())
                .hasSize(1);

        assertThat(splits)
                .doesNotHaveDuplicates()
                .allSatisfy(split -> assertThat(split).hasSize(10));
    }

    @Test
    void aRecipeChangedBetweenTwoStartsIsNotMixedIn() throws IOException {
        Path run = copy();
        curve(run, List.of(1), 1, List.of("linear"), new Counter()).run();
        Path recipe = run.resolve("recipe.yaml");
        Files.writeString(recipe, Files.readString(recipe).replaceFirst("(?m)^keep: last ", "keep: best "));
        refused(
                () -> curve(run, List.of(1), 1, List.of("linear"), new Counter())
                        .run(),
                "keep was last and is now best");
    }

    @Test
    void meansAndDeviationsAreThoseOfTheSample() {
        CurveResult result = new CurveResult(
                List.of(1, 5),
                3,
                List.of(new CurveResult.Method("a", "A"), new CurveResult.Method("b", "B")),
                List.of(
                        new CurveResult.Point(1, 0, "a", 0.5, ""),
                        new CurveResult.Point(1, 1, "a", 0.6, ""),
                        new CurveResult.Point(1, 2, "a", 0.7, ""),
                        new CurveResult.Point(5, 0, "b", 0.9, "")),
                false);
        assertThat(result.means()).hasSize(2);
        assertThat(result.means().get(0).mean()).isCloseTo(0.6, within(1e-12));
        assertThat(result.means().get(0).deviation()).isCloseTo(0.1, within(1e-12));
        assertThat(result.means().get(1)).isEqualTo(new CurveResult.Mean(5, "b", 0.9, Double.NaN, 1));
    }

    private static void refused(ThrowingCallable request, String... words) {
        assertThatThrownBy(request).isInstanceOf(HalflightException.class).hasMessageContainingAll(words);
    }

    private static LabelCurve curve(Path run, List<Integer> labels, int seeds, List<String> only, Counter counter) {
        return new LabelCurve(run, new LabelCurve.Request(labels, seeds, only), "test", counter);
    }

    private static final class Counter implements RunListener {
        final List<String> messages = new ArrayList<>();
        final List<String> stages = new ArrayList<>();
        int steps;
        int stopAfter = Integer.MAX_VALUE;

        @Nullable
        LabelCurve curve;

        @Override
        public void message(String line) {
            messages.add(line);
        }

        @Override
        public void stageStarted(String stage, int number, int count, String detail) {
            stages.add(stage);
            assertThat(number).isLessThanOrEqualTo(count);
        }

        @Override
        public void progress(Progress progress) {
            steps++;
            if (steps == stopAfter && curve != null) {
                curve.stop();
            }
        }
    }

    private Path copy() {
        Path run = folder.resolve("run");
        copy(finished, run);
        return run;
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> files(Path run) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(run)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(
                        run.relativize(path).toString(),
                        Files.size(path) + " " + Arrays.hashCode(Files.readAllBytes(path)));
            }
        }
        return files;
    }

    private static LabelSplit split(Path run) {
        return LabelSplit.read(run.resolve("split.csv"), Datasets.open("shapes:200,100", new Datasets.Options(16)));
    }

    private static void pipeline(Recipe recipe, Path out) {
        new Pipeline(recipe, out, new Pipeline.Options(false, "test"), RunListener.SILENT).run();
    }

    private static Recipe tiny() {
        return RecipeReader.read(
                "demo",
                List.of(
                        "data.source=shapes:200,100",
                        "data.labels=5",
                        "data.size=16",
                        "threads=1",
                        "stages.supervised.backbone.width=0.125",
                        "stages.pretrain.backbone.width=0.125",
                        "stages.supervised.epochs=2",
                        "stages.pretrain.epochs=2",
                        "stages.finetune.epochs=2",
                        "stages.distill.epochs=1",
                        "stages.pretrain.batch=32",
                        "stages.pretrain.pictures_per_epoch=64",
                        "stages.distill.batch=32",
                        "stages.distill.pictures_per_epoch=64"));
    }
}
