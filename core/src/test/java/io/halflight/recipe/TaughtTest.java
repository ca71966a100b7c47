package io.halflight.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.data.PseudoLabel;
import io.halflight.data.PseudoLabelFile;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import io.halflight.train.Progress;
import io.halflight.train.RunListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaughtTest {
    private static final String LABELS = "stages/2-student/" + TeacherLabels.FILE;
    private static final String WEIGHTS = "stages/2-student/last.safetensors";

    /** 200 pictures: 50 labelled, 70 for validation, 80 without a label. */
    private static final String RECIPE = """
            data: {source: 'shapes:200,40', size: 16, labels: 5}
            threads: 1
            precision: fp32
            stages:
              supervised:
                method: supervised
                backbone: {name: resnet10, width: 0.125}
                epochs: 8
                batch: 10
                optimizer: {learning_rate: 0.1, scaling: none}
              student:
                method: %s
                average: {decay: 0.9}
                epochs: 2
                batch: 10
                pictures_per_epoch: 40
            """;

    @TempDir
    Path folder;

    private Recipe recipe(String method, String... overrides) {
        try {
            Path file = Files.writeString(folder.resolve("tiny.yaml"), RECIPE.formatted(method));
            return RecipeReader.read(file.toString(), List.of(overrides));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean run(Recipe recipe, Path out, boolean resume, int stopAfter) {
        Stop stop = new Stop(stopAfter);
        stop.pipeline = new Pipeline(recipe, out, new Pipeline.Options(resume, "test"), stop);
        return !stop.pipeline.run().interrupted();
    }

    /** Asks the student's stage to stop after so many steps: its first step always reports. */
    private static final class Stop implements RunListener {
        private Pipeline pipeline;
        private int left;

        Stop(int left) {
            this.left = left;
        }

        @Override
        public void progress(Progress progress) {
            if (progress.stage().equals("student") && --left == 0) {
                pipeline.stop();
            }
        }
    }

    @Test
    void aResumedStudentEndsBitForBitAndLearnsFromTheLabelsThatWereStored() throws IOException {
        Recipe recipe = recipe("noisy-student", "stages.student.min_confidence=0.2");
        Path whole = folder.resolve("whole");
        assertThat(run(recipe, whole, false, 0)).isTrue();
        Path pieces = folder.resolve("pieces");
        assertThat(run(recipe, pieces, false, 1)).isFalse();
        assertThat(run(recipe, pieces, true, 1)).isFalse();
        byte[] stored = Files.readAllBytes(pieces.resolve(LABELS));
        assertThat(run(recipe, pieces, true, 0)).isTrue();

        assertThat(pieces.resolve(LABELS)).hasBinaryContent(stored);
        assertThat(pieces.resolve(WEIGHTS)).hasSameBinaryContentAs(whole.resolve(WEIGHTS));

        Path other = folder.resolve("other");
        assertThat(run(recipe, other, false, 1)).isFalse();
        turnProbabilities(other.resolve(LABELS));
        assertThat(run(recipe, other, true, 0)).isTrue();
        assertThat(Files.mismatch(other.resolve(WEIGHTS), whole.resolve(WEIGHTS)))
                .isNotNegative();
    }

    /** Every picture is of the next class. */
    private static void turnProbabilities(Path file) {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = Safetensors.read(file);
            tensors.put("probabilities", tensors.get("probabilities").roll(new long[] {1}, new long[] {1}));
            Safetensors.write(file, tensors, Map.of());
        }
    }

    @Test
    void theTeacherAnswersOnceOnCleanPicturesAndTheFilterChoosesFromItsAnswers() {
        Path out = folder.resolve("run");
        run(
                recipe("noisy-student", "stages.student.balance=false", "stages.student.min_confidence=0.3"),
                out,
                false,
                0);
        List<PseudoLabel> said = PseudoLabelFile.read(out.resolve("stages/1-supervised/" + PseudoLabelFile.NAME));
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = Safetensors.read(out.resolve(LABELS));
            Tensor q = tensors.get("probabilities");
            assertThat(q.shape()).containsExactly(80, 10);
            float[] highest = Tensors.toFloats(q.amax(new long[] {1}, false));
            long sure = 0;
            for (int i = 0; i < highest.length; i++) {
                assertThat(highest[i]).isCloseTo(said.get(i).confidence(), within(1e-5f));
                sure += highest[i] >= 0.3f ? 1 : 0;
            }
            assertThat(tensors.get("pool").numel()).isEqualTo(sure).isBetween(1L, 79L);
            assertThat(Tensors.toFloats(q.sum(1).sub(new Scalar(1.0)).abs().amax(new long[] {0}, false))[0])
                    .isLessThan(1e-5f);
        }
    }

    @Test
    void pseudoLabelKeepsTrueLabelsAndLearnsFromTheWholeSet() {
        Path out = folder.resolve("run");
        Recipe recipe = recipe("pseudo-label");
        run(recipe, out, false, 0);
        RunData data = RunData.open(recipe, out.resolve("split.csv"), RunListener.SILENT);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = Safetensors.read(out.resolve(LABELS));
            long[] pictures = Tensors.toLongs(tensors.get("pictures"));
            float[] q = Tensors.toFloats(tensors.get("probabilities"));
            assertThat(pictures).hasSize(130);
            assertThat(Tensors.toLongs(tensors.get("pool"))).containsExactly(pictures);
            int known = 0;
            for (int i = 0; i < pictures.length; i++) {
                int label = data.split().label((int) pictures[i]);
                if (label >= 0) {
                    assertThat(q[10 * i + label]).isEqualTo(1);
                    known++;
                } else {
                    assertThat(q[10 * i]).isStrictlyBetween(0f, 1f);
                }
            }
            assertThat(known).isEqualTo(50);
        }
    }

    @Test
    void theStudentMayBeAnotherNetworkAndTeachTheNextOne() throws IOException {
        Path file = Files.writeString(folder.resolve("two.yaml"), RECIPE.formatted("noisy-student") + """
                    backbone: {name: resnet18, width: 0.125}
                    min_confidence: 0.1
                    targets: hard
                    loss_scale: code
                  second: {method: noisy-student, teacher: student, epochs: 1, batch: 10, min_confidence: 0, init_from: student}
                """);
        Path out = folder.resolve("run");
        assertThat(run(RecipeReader.read(file.toString(), List.of()), out, false, 0))
                .isTrue();
        try (PointerScope scope = new PointerScope()) {
            assertThat(Safetensors.read(out.resolve(WEIGHTS))).containsKey("layer1.1.conv1.weight");
            assertThat(Safetensors.read(out.resolve("stages/3-second/last.safetensors")))
                    .containsKey("layer1.1.conv1.weight");
        }
        assertThat(out.resolve("stages/2-student").resolve(PseudoLabelFile.NAME))
                .exists();
    }

    @Test
    void theDoctorTimesAStudentWithoutATeacher() {
        for (String method : List.of(
                "noisy-student", "pseudo-label", "moam-retrain\n    teacher: supervised\n    init_from: none")) {
            Doctor.Estimate estimate = Doctor.estimate(recipe(method), RunListener.SILENT);
            assertThat(estimate.stages())
                    .hasSize(2)
                    .allSatisfy(stage -> assertThat(stage.seconds()).isPositive());
        }
    }

    @Test
    void whatCannotWorkIsRefusedInWords() {
        assertThatThrownBy(() -> recipe("noisy-student", "stages.student.teacher=nobody"))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("stages.student.teacher is 'nobody', which is no classifier stage before it");
        assertThatThrownBy(() -> recipe("pseudo-label", "stages.student.threshold=1"))
                .hasMessageContaining("threshold");
        assertThatThrownBy(() -> run(
                        recipe("noisy-student", "stages.student.min_confidence=0.999"),
                        folder.resolve("none"),
                        false,
                        0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("lower stages.student.min_confidence");
        assertThatThrownBy(() -> run(
                        recipe("noisy-student", "data.labels=all", "stages.supervised.epochs=1"),
                        folder.resolve("all"),
                        false,
                        0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("give fewer labels");
    }
}
