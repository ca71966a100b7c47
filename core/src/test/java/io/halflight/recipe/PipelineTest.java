package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.bundle.BundleCheck;
import io.halflight.bundle.Classifier;
import io.halflight.data.Datasets;
import io.halflight.data.Picture;
import io.halflight.data.PseudoLabelFile;
import io.halflight.json.Json;
import io.halflight.train.Progress;
import io.halflight.train.RunListener;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTest {
    private static final List<String> STAGES = List.of("1-supervised", "2-pretrain", "3-finetune", "4-distill");

    private static final int VALIDATION = 70;

    private static final int CERTAIN_STOPS = 6;

    @TempDir
    Path folder;

    @Test
    void fourStagesLeaveACompleteRunDirectory() throws IOException {
        Path out = folder.resolve("run");
        RunResult result = pipeline(tiny(), out, false, RunListener.SILENT).run();

        assertThat(result.interrupted()).isFalse();
        assertThat(result.rows()).extracting(RunResult.Row::name).containsExactly("supervised", "finetune", "distill");
        assertThat(result.rows()).allSatisfy(row -> {
            assertThat(row.accuracy()).isBetween(0.0, 1.0);
            assertThat(row.parameters()).isPositive();
        });
        assertThat(out).isDirectoryContaining(p -> p.endsWith("split.csv"));
        assertThat(json(out.resolve("run.json"))).containsEntry("status", "finished");
        assertThat(json(out.resolve("results.json"))).containsKeys("headline", "frozen", "models");
        assertThat(Files.readAllLines(out.resolve("predictions.csv"))).hasSize(1 + 100);
        Map<String, Object> map = json(out.resolve("map.json"));
        assertThat(map).containsEntry("stage", "distill");
        assertThat((List<?>) map.get("points")).hasSize(100).allSatisfy(point -> {
            assertThat((List<?>) Json.object(point, "point").get("pca")).hasSize(2);
            assertThat((List<?>) Json.object(point, "point").get("tsne")).hasSize(2);
        });
        assertThat((List<?>) map.get("typical"))
                .hasSize(10)
                .allSatisfy(
                        one -> assertThat((List<?>) Json.object(one, "typical").get("nearest"))
                                .hasSize(8));
        for (String stage : STAGES) {
            assertThat(out.resolve("stages").resolve(stage).resolve("last.safetensors"))
                    .isNotEmptyFile();
            assertThat(Files.readAllLines(out.resolve("stages").resolve(stage).resolve("metrics.jsonl")))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(Json.parse(line)).isInstanceOf(Map.class));
        }
        for (String stage : STAGES) { // the teacher's and the delivered answers are kept, nobody else's
            Path labels = out.resolve("stages").resolve(stage).resolve(PseudoLabelFile.NAME);
            if (List.of("3-finetune", "4-distill").contains(stage)) {
                assertThat(PseudoLabelFile.read(labels)).hasSize(200 - 10 * 5 - VALIDATION);
            } else {
                assertThat(labels).doesNotExist();
            }
        }
        assertThat(RecipeReader.read(out.resolve("recipe.yaml").toString(), List.of())
                        .stages())
                .isEqualTo(tiny().stages());
        assertThat(BundleCheck.of(out.resolve("model")))
                .filteredOn(line -> line.outcome() != BundleCheck.Outcome.GOOD)
                .singleElement() // which the launcher says
                .satisfies(line -> assertThat(line.finding()).isEqualTo("not recorded: commit"));
        try (Classifier classifier = Classifier.load(out.resolve("model"))) {
            Picture picture =
                    Datasets.open("shapes:20,5", new Datasets.Options(32)).picture(0);
            assertThat(classifier.predict(picture).confidence()).isBetween(0.1, 1.0);
        }
    }

    @Test
    void aStoppedAndResumedRunEndsBitForBitLikeAnUninterruptedOne() throws IOException {
        // What is dropped at random must be dropped again, also by a student that starts from an encoder without drops.
        Recipe recipe = tiny(
                "stages.supervised.backbone.dropout=0.5",
                "stages.distill.backbone.name=resnet10",
                "stages.distill.backbone.width=0.125",
                "stages.distill.backbone.drop_path=0.3");
        Path whole = folder.resolve("whole");
        pipeline(recipe, whole, false, RunListener.SILENT).run();

        Path pieces = folder.resolve("pieces");
        Random random = new Random(5);
        int starts = 0;
        boolean interrupted;
        do {
            // Progress comes at most ten times a second, but always after the first step of a start.
            StopAfter stop = new StopAfter(starts < CERTAIN_STOPS ? 1 : 1 + random.nextInt(3));
            Pipeline pipeline = pipeline(recipe, pieces, starts > 0, stop);
            stop.pipeline = pipeline;
            interrupted = pipeline.run().interrupted();
            starts++;
        } while (interrupted);

        assertThat(starts).isGreaterThan(CERTAIN_STOPS);
        for (String stage : STAGES) {
            assertThat(pieces.resolve("stages").resolve(stage).resolve("last.safetensors"))
                    .as(stage)
                    .hasSameBinaryContentAs(
                            whole.resolve("stages").resolve(stage).resolve("last.safetensors"));
        }
        assertThat(pieces.resolve("split.csv")).hasSameBinaryContentAs(whole.resolve("split.csv"));
        assertThat(pieces.resolve("predictions.csv")).hasSameBinaryContentAs(whole.resolve("predictions.csv"));
    }

    @Test
    void aUsedDirectoryIsRefusedAndAChangedRecipeToo() {
        Path out = folder.resolve("run");
        pipeline(tiny(), out, false, RunListener.SILENT).run();
        assertThatThrownBy(
                        () -> pipeline(tiny(), out, false, RunListener.SILENT).run())
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("--resume");
        Recipe other = tiny("stages.pretrain.temperature=0.7");
        assertThatThrownBy(() -> pipeline(other, out, true, RunListener.SILENT).run())
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.pretrain.temperature was 0.2 and is now 0.7");
        assertThat(pipeline(tiny("threads=1"), out, true, RunListener.SILENT)
                        .run()
                        .rows())
                .hasSize(3);
    }

    @Test
    void aRunFromBeforeAKeyWasAddedGoesOn() throws IOException {
        Path out = folder.resolve("run");
        pipeline(tiny(), out, false, RunListener.SILENT).run();
        Path file = out.resolve("recipe.yaml");
        String older = Files.readString(file).replaceAll("(?m)^ +drop(_path|out): .*\\R", "");
        assertThat(older).doesNotContain("drop");
        Files.writeString(file, older);
        assertThat(pipeline(tiny(), out, true, RunListener.SILENT).run().rows()).hasSize(3);
        Recipe other = tiny("stages.pretrain.backbone.drop_path=0.1");
        assertThatThrownBy(() -> pipeline(other, out, true, RunListener.SILENT).run())
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.pretrain.backbone.drop_path was -1.0 and is now 0.1");
    }

    @Test
    void aRequestThatCannotBeCarriedOutLeavesNoDirectoryBehind() {
        Path out = folder.resolve("run");
        assertThatThrownBy(() -> pipeline(tiny("data.labels=1000"), out, false, RunListener.SILENT)
                        .run())
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("1000");
        assertThat(out).doesNotExist();
    }

    @Test
    void aFolderOfPhotographsOfMixedSizesRunsThroughAllSteps() throws IOException {
        Path photos = folder.resolve("photos");
        Random random = new Random(3);
        for (int c = 0; c < 2; c++) {
            Path directory = Files.createDirectories(photos.resolve(c == 0 ? "dark" : "light"));
            for (int i = 0; i < 24; i++) {
                int width = 40 + random.nextInt(300);
                int height = 40 + random.nextInt(200);
                BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int value = 30 + 120 * c + random.nextInt(60);
                        image.setRGB(x, y, value << 16 | value << 8 | value);
                    }
                }
                ImageIO.write(image, "jpg", directory.resolve(i + ".jpg").toFile());
            }
        }
        byte[] whole = Files.readAllBytes(photos.resolve("dark/0.jpg"));
        Files.write(photos.resolve("dark/cut.jpg"), Arrays.copyOf(whole, whole.length / 2));
        Recipe recipe = tiny(
                "data.source=folder:" + photos,
                "data.labels=4",
                "data.size=32",
                "stages.pretrain.batch=8",
                "stages.distill.batch=8");
        List<String> messages = new ArrayList<>();
        RunListener listener = new RunListener() {
            @Override
            public void message(String text) {
                messages.add(text);
            }
        };
        RunResult result =
                pipeline(recipe, folder.resolve("run"), false, listener).run();
        assertThat(result.rows()).hasSize(3);
        assertThat(Files.readString(folder.resolve("run/predictions.csv"))).contains("dark/", "light/");
        assertThat(messages)
                .filteredOn(text -> text.contains("1 of 49 pictures cannot be read"))
                .hasSize(1);
        assertThat(Json.write(json(folder.resolve("run/unreadable.json"))))
                .containsOnlyOnce("\"id\":\"dark/cut.jpg\"")
                .contains("the file is cut short");
        assertThat(Json.write(json(folder.resolve("run/run.json")))).contains("\"unreadable\":1");
    }

    @Test
    void progressCountsUpToTheLastStepOfEachStage() {
        List<Progress> seen = new ArrayList<>();
        pipeline(tiny(), folder.resolve("run"), false, new RunListener() {
                    @Override
                    public void progress(Progress progress) {
                        seen.add(progress);
                    }
                })
                .run();
        assertThat(seen).filteredOn(p -> p.step() == p.steps()).hasSize(STAGES.size());
        assertThat(seen).allSatisfy(p -> {
            assertThat(p.loss()).isFinite();
            assertThat(p.waiting()).isBetween(0.0, 1.0);
            assertThat(p.secondsLeft()).isNotNegative();
        });
        assertThat(seen.get(seen.size() - 1).secondsLeft()).isZero();
    }

    private static final class StopAfter implements RunListener {
        private Pipeline pipeline;
        private int left;

        StopAfter(int steps) {
            this.left = steps;
        }

        @Override
        public void progress(Progress progress) {
            if (--left == 0) {
                pipeline.stop();
            }
        }
    }

    private static Pipeline pipeline(Recipe recipe, Path out, boolean resume, RunListener listener) {
        return new Pipeline(recipe, out, new Pipeline.Options(resume, "test"), listener);
    }

    private static Recipe tiny(String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "data.source=shapes:200,100",
                "data.labels=5",
                "data.size=16",
                "stages.supervised.backbone.width=0.125",
                "stages.pretrain.backbone.width=0.125",
                "stages.supervised.epochs=3",
                "stages.pretrain.epochs=2",
                "stages.finetune.epochs=3",
                "stages.distill.epochs=2",
                "stages.pretrain.batch=32",
                "stages.pretrain.pictures_per_epoch=128",
                "stages.distill.batch=32",
                "stages.distill.pictures_per_epoch=128",
                "stages.finetune.batch=16",
                "stages.supervised.batch=16"));
        all.addAll(List.of(overrides));
        return RecipeReader.read("demo", all);
    }

    private static Map<String, Object> json(Path file) throws IOException {
        return Json.object(Json.parse(Files.readString(file)), file.toString());
    }
}
