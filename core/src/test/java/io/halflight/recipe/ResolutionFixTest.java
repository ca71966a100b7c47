package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.augment.CentreView;
import io.halflight.bundle.Classifier;
import io.halflight.data.Datasets;
import io.halflight.data.Transform;
import io.halflight.json.Json;
import io.halflight.torch.Devices;
import io.halflight.torch.Precision;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import io.halflight.train.Compute;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last step of Noisy Student: larger pictures, undistorted, the first layers frozen. */
class ResolutionFixTest {
    private static final String RECIPE = """
            data: {source: 'shapes:160,40', size: 16, labels: 5}
            threads: 1
            precision: fp32
            stages:
              supervised:
                method: supervised
                backbone: {name: resnet10, width: 0.125}
                epochs: 2
                batch: 10
                optimizer: {learning_rate: 0.1, scaling: none}
              fix:
                method: finetune
                from: supervised
                from_layer: 0
                size: 24
                frozen: 2
                plain: true
                epochs: 1
                batch: 10
                optimizer: {name: sgd, learning_rate: 0.1, scaling: none}
              student: {method: noisy-student, teacher: fix, epochs: 1, batch: 10, pictures_per_epoch: 10, min_confidence: 0}
            deliver: fix
            """;

    @TempDir
    Path folder;

    private Path run(String... overrides) {
        try {
            Path file = Files.writeString(folder.resolve("tiny.yaml"), RECIPE);
            Path out = folder.resolve("run");
            Recipe recipe = RecipeReader.read(file.toString(), List.of(overrides));
            new Pipeline(recipe, out, new Pipeline.Options(false, "test"), RunListener.SILENT).run();
            return out;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsFrozenStaysAndTheRestLearns() {
        Path out = run();
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> before = Safetensors.read(out.resolve("stages/1-supervised/last.safetensors"));
            Map<String, Tensor> after = Safetensors.read(out.resolve("stages/2-fix/last.safetensors"));
            assertThat(after.keySet()).isEqualTo(before.keySet());
            after.forEach((name, tensor) -> {
                boolean frozen = name.matches("(conv1|bn1|layer1)\\..*");
                float[] was = Tensors.toFloats(before.get(name));
                if (frozen) {
                    assertThat(Tensors.toFloats(tensor)).as(name).containsExactly(was);
                } else if (!name.endsWith("num_batches_tracked")) {
                    assertThat(Tensors.toFloats(tensor)).as(name).isNotEqualTo(was);
                }
            });
        }
    }

    @Test
    void theBundleAndTheFiguresSeeTheLargerPictures() throws IOException {
        Path out = run();
        String description = Files.readString(out.resolve("model/model.json"));
        Map<?, ?> preprocessing = (Map<?, ?>) ((Map<?, ?>) Json.parse(description)).get("preprocessing");
        assertThat(((Number) preprocessing.get("size")).intValue()).isEqualTo(24);
        Map<?, ?> results = (Map<?, ?>) Json.parse(Files.readString(out.resolve("results.json")));
        double accuracy = ((List<?>) results.get("headline"))
                .stream()
                        .map(row -> (Map<?, ?>) row)
                        .filter(row -> row.get("name").equals("fix"))
                        .mapToDouble(row -> ((Number) row.get("accuracy")).doubleValue())
                        .findFirst()
                        .orElseThrow();
        var data = Datasets.open("shapes:160,40", new Datasets.Options(24));
        List<String> lines = Files.readAllLines(out.resolve("predictions.csv"));
        int right = 0;
        int same = 0;
        try (Classifier classifier = Classifier.load(out.resolve("model"))) {
            for (int i = 160; i < 200; i++) {
                String said = classifier.predict(data.picture(i)).label();
                String id = data.id(i);
                String line = lines.stream()
                        .filter(l -> l.startsWith(id + ","))
                        .findFirst()
                        .orElseThrow();
                same += said.equals(line.split(",", -1)[2]) ? 1 : 0;
                right += said.equals(data.classes().get(data.label(i))) ? 1 : 0;
            }
        }
        assertThat(same).isGreaterThanOrEqualTo(39); // one picture may hang in the balance
        assertThat(right / 40.0).isCloseTo(accuracy, within(0.026));
    }

    @Test
    void trainingSeesWholePicturesInTheStagesSizeAndAStudentThoseOfTheRun() throws IOException {
        Path file = Files.writeString(folder.resolve("views.yaml"), RECIPE);
        Recipe recipe = RecipeReader.read(file.toString(), List.of());
        RunData data = RunData.open(recipe, null, RunListener.SILENT);
        StageShapes shapes = new StageShapes(recipe, data);
        Map<String, Stage> stages = new LinkedHashMap<>();
        for (String name : recipe.stages().keySet()) {
            stages.put(name, shapes.outline(name, stages.size() + 1, folder, stages));
        }
        assertThat(stages.get("fix").encoder().size()).isEqualTo(24);
        assertThat(stages.get("student").encoder().size()).isEqualTo(16);
        StageBuilder builder = new StageBuilder(recipe, data, new Compute(Devices.parse("cpu"), Precision.FP32, 1));
        List<Transform> views =
                builder.rehearsal(stages.get("fix"), stages).views().labelled();
        assertThat(views).singleElement().isInstanceOf(CentreView.class);
        assertThat(views.get(0).height()).isEqualTo(24);
        assertThat(builder.rehearsal(stages.get("student"), stages)
                        .views()
                        .unlabelled()
                        .get(0)
                        .height())
                .isEqualTo(16);
    }

    @Test
    void distillationShowsBothNetworksTheSameSize() throws IOException {
        String distill = RECIPE.replaceFirst(
                "student: .*", "student: {method: distill, teacher: fix, backbone: {name: resnet10, width: 0.125}}");
        Path file = Files.writeString(folder.resolve("distill.yaml"), distill);
        Recipe recipe = RecipeReader.read(file.toString(), List.of());
        Pipeline pipeline =
                new Pipeline(recipe, folder.resolve("out"), new Pipeline.Options(false, "test"), RunListener.SILENT);
        assertThatThrownBy(pipeline::run)
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.student.teacher is 'fix', which sees pictures of 24 pixels");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void somethingHasToLearn() {
        assertThatThrownBy(() -> run("stages.fix.frozen=5"))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.fix.frozen is 5")
                .hasMessageContaining("take at most 4");
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
