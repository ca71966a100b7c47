package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.CentreView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.loss.CrossEntropy;
import io.halflight.loss.Distillation;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DistillTest {
    private static final int CLASSES = 4;
    private static final Step FIRST = new Step(0, 1, 0, false);

    private ImageClassifier teacher;
    private ImageClassifier student;

    @BeforeEach
    void networks() {
        NativeTorch.load();
        torch.manual_seed(3);
        teacher = network();
        student = network();
    }

    private static ImageClassifier network() {
        var spec = new ClassifierSpec(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 8, 1), 0, 0, CLASSES);
        ImageClassifier network = ClassifierSpec.create(spec);
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            network.state().get("fc.weight").normal_(0, 1, null);
        }
        return network;
    }

    @Test
    void theTeacherStaysAsItIsRunningStatisticsIncluded() {
        Method method = method(0);
        Map<String, float[]> before = values(teacher);
        method.train(true);
        try (PointerScope scope = new PointerScope()) {
            Loss loss = method.loss(batch(), FIRST);
            loss.total().backward();
        }
        assertThat(teacher.is_training()).isFalse();
        values(teacher).forEach((name, values) -> assertThat(values).as(name).isEqualTo(before.get(name)));
        try (PointerScope scope = new PointerScope()) {
            assertThat(teacher.state().get("fc.weight").grad().defined()).isFalse();
            assertThat(student.state().get("fc.weight").grad().defined()).isTrue();
        }
    }

    @Test
    void theLossIsEquationTwoOnTheSameViewForBoth() {
        Method method = method(0);
        method.train(false);
        try (PointerScope scope = new PointerScope()) {
            Batch batch = batch();
            Tensor x = batch.unlabelled().view(0);
            double expected = Tensors.item(Distillation.loss(teacher.forward(x), student.forward(x), 0.5, false));
            assertThat((double) Tensors.item(method.loss(batch, FIRST).total())).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void theLabelWeightMixesAsEquationThree() {
        Method method = method(0.25);
        method.train(false);
        try (PointerScope scope = new PointerScope()) {
            Batch batch = batch();
            Tensor x = batch.unlabelled().view(0);
            Batch.Stream labelled = batch.labelled();
            double soft = Tensors.item(Distillation.loss(teacher.forward(x), student.forward(x), 0.5, false));
            double hard = Tensors.item(CrossEntropy.loss(student.forward(labelled.view(0)), labelled.labels(), 0));
            assertThat((double) Tensors.item(method.loss(batch, FIRST).total()))
                    .isCloseTo(0.75 * soft + 0.25 * hard, within(1e-6));
        }
    }

    @Test
    void withAPriorTheTeachersMeanProbabilitiesBecomeThePrior() {
        List<Double> prior = List.of(0.1, 0.2, 0.3, 0.4);
        Distill method = new Distill(teacher, student, new CentreView(8, 1), new Distill.Config(1, 0, false, 1, prior));
        method.train(true);
        try (PointerScope scope = new PointerScope()) {
            Tensor t = teacher.forward(batch().unlabelled().view(0));
            float[] before = Tensors.toFloats(t.softmax(1).mean(0));
            assertThat(before[3]).isNotCloseTo(0.4f, within(0.05f));
            for (int i = 0; i < 400; i++) {
                method.loss(batch(), FIRST);
            }
            Tensor offset = method.trainable().state().get("method.offset");
            float[] after = Tensors.toFloats(t.add(offset).softmax(1).mean(0));
            for (int k = 0; k < CLASSES; k++) {
                assertThat(after[k]).isCloseTo(prior.get(k).floatValue(), within(0.01f));
            }
            Tensor settled = offset.clone();
            method.train(false);
            method.loss(batch(), FIRST);
            assertThat(Tensors.toFloats(offset)).containsExactly(Tensors.toFloats(settled));
        }
    }

    @Test
    void aPlainViewIsTheTeachersAloneAndItsLogitsAreSharpened() {
        Distill method = new Distill(
                teacher,
                student,
                new CentreView(8, 1),
                new CentreView(8, 1),
                new Distill.Config(1, 0, false, 0.5, List.of()));
        method.train(false);
        assertThat(method.views().unlabelled()).hasSize(2);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = stream(2, filled(Dataset.UNLABELLED)).view(0);
            Tensor w = stream(3, filled(Dataset.UNLABELLED)).view(0);
            Batch batch = new Batch(
                    null, new Batch.Stream(List.of(x, w), Tensors.longs(filled(-1), 4), new int[] {0, 1, 2, 3}));
            Tensor sharp = teacher.forward(w).mul(new Scalar(2.0));
            double expected = Tensors.item(Distillation.loss(sharp, student.forward(x), 1, false));
            assertThat((double) Tensors.item(method.loss(batch, FIRST).total())).isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void labelledPicturesAreAskedForOnlyWhereTheyCount() {
        assertThat(method(0).views().labelled()).isEmpty();
        assertThat(method(0.25).views().labelled()).hasSize(1);
    }

    private Method method(double labelWeight) {
        return new Distill(teacher, student, new CentreView(8, 1), new Distill.Config(0.5, labelWeight, false));
    }

    /** Call it inside a scope. */
    private static Batch batch() {
        return new Batch(stream(1, new long[] {0, 1, 2, 3}), stream(2, filled(Dataset.UNLABELLED)));
    }

    private static long[] filled(long value) {
        long[] labels = new long[4];
        Arrays.fill(labels, value);
        return labels;
    }

    private static Batch.Stream stream(int phase, long[] labels) {
        float[] pixels = new float[4 * 64];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) (0.5 + 0.5 * Math.sin(0.37 * i * phase));
        }
        return new Batch.Stream(
                List.of(Tensors.floats(pixels, 4, 1, 8, 8)), Tensors.longs(labels, 4), new int[] {0, 1, 2, 3});
    }

    private static Map<String, float[]> values(ImageClassifier network) {
        Map<String, float[]> values = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            network.state().forEach((name, tensor) -> values.put(name, Tensors.toFloats(tensor)));
        }
        return values;
    }
}
