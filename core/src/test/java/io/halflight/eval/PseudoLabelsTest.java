package io.halflight.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Dataset;
import io.halflight.data.PseudoLabel;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PseudoLabelsTest {
    private static final int PICTURES = 20;
    private static final int CLASSES = 3;
    private static final MemoryPictures DATA = new MemoryPictures(PICTURES);

    private ImageClassifier network;

    @BeforeEach
    void network() {
        NativeTorch.load();
        torch.manual_seed(6);
        network = ClassifierSpec.create(new ClassifierSpec(
                new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", MemoryPictures.SIDE, 1), 0, 0, CLASSES));
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            network.state().get("fc.weight").normal_(0, 1, null);
            // Without shifts a network of ReLUs only scales its features by the grey level, and all have one direction.
            network.state().forEach((name, tensor) -> {
                if (name.matches(".*bn\\d\\.bias")) {
                    tensor.normal_(0, 1, null);
                }
            });
        }
        network.eval();
    }

    /** Every fourth picture has the label 1. */
    private static int known(int picture) {
        return picture % 4 == 0 ? 1 : Dataset.UNLABELLED;
    }

    private PseudoLabels labels() {
        return PseudoLabels.of(
                network,
                DATA,
                IntStream.range(0, PICTURES).toArray(),
                PseudoLabelsTest::known,
                MemoryPictures.plain(),
                new Inference.Settings(new Device("cpu"), Precision.FP32, 7, 1),
                null);
    }

    @Test
    void everyPictureWithoutALabelGetsTheNetworksAnswer() {
        PseudoLabels labels = labels();
        assertThat(labels.pictures()).hasSize(15).doesNotContain(0, 4, 8, 12, 16);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < labels.pictures().length; i++) {
                float[] pixels = new float[64];
                java.util.Arrays.fill(pixels, MemoryPictures.value(labels.pictures()[i]));
                Tensor logits = network.forward(Tensors.floats(pixels, 1, 1, 8, 8));
                float[] p = Tensors.toFloats(logits.softmax(1));
                double entropy = 0;
                int best = 0;
                for (int k = 0; k < CLASSES; k++) {
                    entropy -= p[k] * Math.log(p[k]);
                    best = p[k] > p[best] ? k : best;
                }
                assertThat(labels.labels()[i]).isEqualTo(best);
                assertThat(labels.confidence()[i]).isCloseTo(p[best], within(1e-5f));
                assertThat((double) labels.entropy()[i]).isCloseTo(entropy, within(1e-5));
                assertThat(labels.probabilities(i)).containsExactly(p, within(1e-5f));
            }
        }
    }

    @Test
    void trueLabelsCountAmongTheNeighbours() {
        // Pictures are grey levels in order, so that all features lie along one curve and neighbours are neighbours.
        PseudoLabels labels = labels();
        int last = labels.pictures().length - 1; // picture 19: its ten nearest are 9 to 18, 12 and 16 have labels
        int own = labels.labels()[last];
        long same = IntStream.range(0, last)
                .filter(i -> labels.pictures()[i] >= 9 && labels.labels()[i] == own)
                .count();
        long given = own == 1 ? 2 : 0;
        assertThat(labels.neighbours()[last]).isEqualTo((same + given) / 10f);
    }

    @Test
    void linesNameThePicturesAndTheClasses() {
        PseudoLabels labels = labels();
        List<PseudoLabel> lines = labels.lines(DATA, List.of("a", "b", "c"));
        assertThat(lines).hasSize(15);
        assertThat(lines.get(0).path()).isEqualTo("1");
        assertThat(lines.get(0).label()).isEqualTo(List.of("a", "b", "c").get(labels.labels()[0]));
        assertThat(lines.get(0).confidence()).isEqualTo(labels.confidence()[0]);
    }

    @Test
    void aNetworkInTrainingModeIsRefusedAndNothingStaysAllocated() {
        labels();
        long before = Leaks.settledCount();
        labels();
        assertThat(Leaks.settledCount()).isLessThanOrEqualTo(before);
        network.train(true);
        assertThatThrownBy(this::labels)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("eval()");
    }
}
