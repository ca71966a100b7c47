package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.bundle.Classifier;
import io.halflight.data.Datasets;
import io.halflight.json.Json;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        int right = 0;
        try (Classifier classifier = Classifier.load(out.resolve("model"))) {
            List<String> lines = Files.readAllLines(out.resolve("predictions.csv"));
            for (int i = 160; i < 200; i++) {
                String said = classifier.predict(data.picture(i)).label();
                assertThat(lines).anyMatch(line -> line.contains("," + said + ","));
                right += said.equals(data.classes().get(data.label(i))) ? 1 : 0;
            }
        }
        assertThat(right / 40.0).isCloseTo(accuracy, within(0.026)); // one picture may hang in the balance
        assertThat(out.resolve("stages/3-student/last.safetensors")).exists();
    }

    @Test
    void somethingHasToLearn() {
        assertThatThrownBy(() -> run("stages.fix.frozen=5"))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.fix.frozen")
                .hasMessageContaining("the network has 5");
    }
}
