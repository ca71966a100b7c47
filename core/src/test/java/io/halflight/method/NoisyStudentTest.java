package io.halflight.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.augment.CentreView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.loss.CrossEntropy;
import io.halflight.method.NoisyStudent.Scale;
import io.halflight.method.NoisyStudent.Targets;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NoisyStudentTest {
    private static final int CLASSES = 3;
    private static final Step FIRST = new Step(0, 1, 0, true);

    /** Of pictures 10, 11, 12; the batch asks for 12, 10, 12, 11. */
    private static final float[] Q = {0.7f, 0.2f, 0.1f, 0.25f, 0.5f, 0.25f, 0, 0.1f, 0.9f};

    private static final int[] ASKED = {12, 10, 12, 11};

    private ImageClassifier student;

    @BeforeEach
    void network() {
        NativeTorch.load();
        torch.manual_seed(2);
        student = ClassifierSpec.create(
                new ClassifierSpec(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 8, 1), 0, 0, CLASSES));
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            student.state().get("fc.weight").normal_(0, 1, null);
        }
        student.eval();
    }

    @Test
    void labelSmoothingIsThatOfTheAuthors() {
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = Tensors.floats(new float[] {2, 0, 0}, 1, 3);
            // log(e^2 + 2) = 2.239551; 0.9333333 x 0.239551 + 0.0666667 x 2.239551
            assertThat((double) Tensors.item(CrossEntropy.loss(logits, Tensors.longs(new long[] {0}), 0.1)))
                    .isCloseTo(0.372878, within(1e-6));
        }
    }

    @Test
    void thePaperAveragesOverBothStreamsAndTheCodeDividesByTheLabelledOne() {
        double[] paper = figures(Targets.SOFT, 1, Scale.PAPER);
        double[] code = figures(Targets.SOFT, 1, Scale.CODE);
        double labelled = paper[1];
        double unlabelled = paper[2];
        // Two labelled and four unlabelled pictures.
        assertThat(paper[0]).isCloseTo((2 * labelled + 4 * unlabelled) / 6, within(1e-6));
        assertThat(code[0]).isCloseTo(labelled + 2 * unlabelled, within(1e-6)).isCloseTo(3 * paper[0], within(1e-5));
    }

    @Test
    void softTargetsAreTheStoredProbabilitiesOfThesePictures() {
        double[][] logP = studentsLogProbabilities();
        double expected = 0;
        double sharp = 0;
        for (int i = 0; i < 4; i++) {
            double[] q = stored(i);
            double sum = q[0] * q[0] + q[1] * q[1] + q[2] * q[2];
            for (int k = 0; k < CLASSES; k++) {
                expected -= q[k] * logP[i][k] / 4;
                sharp -= q[k] * q[k] / sum * logP[i][k] / 4; // T = 0.5: squared and normalised
            }
        }
        assertThat(figures(Targets.SOFT, 1, Scale.PAPER)[2]).isCloseTo(expected, within(1e-5));
        assertThat(figures(Targets.SOFT, 0.5, Scale.PAPER)[2]).isCloseTo(sharp, within(1e-5));
        assertThat(sharp).isNotCloseTo(expected, within(1e-3));
    }

    @Test
    void hardTargetsAreSmoothedLikeLabels() {
        double[][] logP = studentsLogProbabilities();
        double expected = 0;
        for (int i = 0; i < 4; i++) {
            double[] q = stored(i);
            int best = q[0] > q[1] ? (q[0] > q[2] ? 0 : 2) : (q[1] > q[2] ? 1 : 2);
            for (int k = 0; k < CLASSES; k++) {
                expected -= (0.1 / 3 + (k == best ? 0.9 : 0)) * logP[i][k] / 4;
            }
        }
        assertThat(figures(Targets.HARD, 1, Scale.PAPER)[2]).isCloseTo(expected, within(1e-5));
    }

    @Test
    void aPictureThatTheTeacherHasNotSeenIsRefused() {
        StoredLabels labels = new StoredLabels(new int[] {10, 12}, Tensors.floats(new float[6], 2, 3));
        try (PointerScope scope = new PointerScope()) {
            for (int unseen : new int[] {11, 99}) {
                Batch.Stream stream = stream(3, new int[] {10, unseen}, new long[] {-1, -1});
                assertThatThrownBy(() -> labels.of(stream)).hasMessageContaining("picture " + unseen);
            }
        }
    }

    @Test
    void pseudoLabelTakesTheMostProbableClassForTheTruth() {
        double[][] logP = studentsLogProbabilities();
        int[] best = {2, 0, 2, 1};
        double expected = 0;
        for (int i = 0; i < 4; i++) {
            expected -= logP[i][best[i]] / 4;
        }
        Method method = new PseudoLabel(new AveragedClassifier(student), labels(), new CentreView(8, 1), 0);
        assertThat(method.views().labelled()).isEmpty();
        try (PointerScope scope = new PointerScope()) {
            Batch batch = new Batch(null, unlabelled());
            assertThat((double) Tensors.item(method.loss(batch, FIRST).total())).isCloseTo(expected, within(1e-5));
        }
    }

    /** The loss, its labelled and its unlabelled part. */
    private double[] figures(Targets targets, double temperature, Scale scale) {
        var config = new NoisyStudent.Config(targets, temperature, 0.1, scale);
        Method method = new NoisyStudent(new AveragedClassifier(student), labels(), new CentreView(8, 1), config);
        try (PointerScope scope = new PointerScope()) {
            Batch batch = new Batch(stream(1, new int[] {0, 1}, new long[] {0, 2}), unlabelled());
            Loss loss = method.loss(batch, FIRST);
            return new double[] {
                Tensors.item(loss.total()),
                Tensors.item(loss.parts().get("labelledLoss")),
                Tensors.item(loss.parts().get("unlabelledLoss"))
            };
        }
    }

    private static StoredLabels labels() {
        return new StoredLabels(new int[] {10, 11, 12}, Tensors.floats(Q, 3, 3));
    }

    private static double[] stored(int row) {
        int at = 3 * (ASKED[row] - 10);
        return new double[] {Q[at], Q[at + 1], Q[at + 2]};
    }

    private double[][] studentsLogProbabilities() {
        double[][] rows = new double[4][CLASSES];
        try (PointerScope scope = new PointerScope()) {
            float[] values =
                    Tensors.toFloats(student.forward(unlabelled().view(0)).log_softmax(1));
            for (int i = 0; i < values.length; i++) {
                rows[i / CLASSES][i % CLASSES] = values[i];
            }
        }
        return rows;
    }

    private static Batch.Stream unlabelled() {
        return stream(2, ASKED, new long[] {-1, -1, -1, -1});
    }

    private static Batch.Stream stream(int phase, int[] indices, long[] labels) {
        float[] pixels = new float[indices.length * 64];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) (0.5 + 0.5 * Math.sin(0.37 * i * phase));
        }
        return new Batch.Stream(
                List.of(Tensors.floats(pixels, indices.length, 1, 8, 8)),
                Tensors.longs(labels, labels.length),
                indices);
    }
}
