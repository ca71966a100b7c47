package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halflight.HalflightException;
import io.halflight.nn.ProjectionHead;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageClassifierTest {
    private static final BackboneSpec NARROW = new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 16, 3);

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    @Test
    void keepsOnlyTheAskedLayersOfTheHead() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(31);
            Backbone backbone = Backbones.create(NARROW);
            ProjectionHead head = new ProjectionHead(backbone.features(), 24, 8, 3);
            ImageClassifier network = new ImageClassifier(backbone, head, 2, 5, false);
            assertThat(network.state())
                    .containsKeys("conv1.weight", "layer4.0.bn2.running_var", "head.1.bn.bias", "fc.weight", "fc.bias")
                    .doesNotContainKeys("head.2.linear.weight", "backbone.conv1.weight");
            assertThat(network.state().get("fc.weight").shape()).containsExactly(5, 24);
            assertThat(StateDict.count(network))
                    .as("the optimiser does not see the dropped layer either")
                    .isEqualTo(StateDict.count(backbone) + 64 * 24 + 48 + 24 * 24 + 48 + 24 * 5 + 5);

            network.train(false);
            Tensor x = torch.randn(3, 3, 16, 16);
            assertThat(network.embed(x).shape()).containsExactly(3, 64);
            head.train(false);
            Tensor expected = torch.linear(
                    head.upTo(backbone.forward(x), 2),
                    network.state().get("fc.weight"),
                    new TensorOptional(network.state().get("fc.bias")));
            assertThat(network.forward(x).allclose(expected, 1e-5, 1e-7, false)).isTrue();
        }
    }

    @Test
    void aZeroInitialisedClassifierGivesZeroLogits() {
        try (PointerScope scope = new PointerScope()) {
            Backbone backbone = Backbones.create(NARROW);
            Tensor x = torch.randn(3, 3, 16, 16);
            Tensor zero = new ImageClassifier(backbone, null, 0, 5, true).forward(x);
            assertThat(zero.abs().max().item_double()).isZero();
            Tensor random = new ImageClassifier(backbone, null, 0, 5, false).forward(x);
            assertThat(random.abs().max().item_double()).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "2, 24"})
    void rebuiltFromItsSpecAndStateItAnswersTheSame(int headLayers, int headHidden) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(32);
            ClassifierSpec spec = new ClassifierSpec(NARROW, headLayers, headHidden, 5);
            ImageClassifier network = ClassifierSpec.create(spec);
            ImageClassifier rebuilt = ClassifierSpec.create(spec);
            Tensor x = torch.randn(6, 3, 16, 16);
            network.forward(x); // moves the running statistics
            Map<String, Tensor> state = network.state();
            try (NoGradGuard guard = new NoGradGuard()) {
                state.get("fc.weight").normal_();
                state.get("fc.bias").normal_();
            }
            network.train(false);
            rebuilt.train(false);
            Tensor expected = network.forward(x);
            assertThat(rebuilt.forward(x).equal(expected)).isFalse();
            StateDict.load(rebuilt.state(), state);
            assertThat(rebuilt.forward(x).equal(expected)).isTrue();
            assertThat(rebuilt.classes()).isEqualTo(5);
        }
    }

    @Test
    void aSpecDescribesAClassifierBuiltOnATrainedHead() {
        try (PointerScope scope = new PointerScope()) {
            Backbone backbone = Backbones.create(NARROW);
            ProjectionHead head = new ProjectionHead(backbone.features(), 24, 8, 3);
            ImageClassifier network = new ImageClassifier(backbone, head, 1, 5, true);
            ImageClassifier rebuilt = ClassifierSpec.create(new ClassifierSpec(NARROW, 1, 24, 5));
            assertThat(rebuilt.state().keySet()).isEqualTo(network.state().keySet());
            StateDict.load(rebuilt.state(), network.state());
        }
    }

    @Test
    void inTrainingTheClassifierMissesAShareOfTheFeatures() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(33);
            ImageClassifier network = classifier(NARROW.dropping(0, 0.25));
            ImageClassifier plain = classifier(NARROW);
            StateDict.load(plain.state(), network.state());
            // A classifier that hands the features through; evaluation of the backbone keeps them the same.
            Tensor x = torch.randn(64, 3, 16, 16);
            network.backbone().train(false);
            Tensor h = network.embed(x);
            Tensor y = network.forward(x); // [64, 64]
            Tensor dropped = y.eq(torch.zeros(1)).logical_and(h.gt(torch.zeros(1)));
            double share =
                    dropped.sum().item_double() / h.gt(torch.zeros(1)).sum().item_double();
            assertThat(share).isCloseTo(0.25, within(0.04));
            Tensor scaled = h.div(new Scalar(0.75)).mul(dropped.logical_not());
            assertThat(y.allclose(scaled, 1e-4, 1e-6, false)).isTrue();
            assertThat(network.forward(x).equal(y)).isFalse();

            network.train(false);
            plain.train(false);
            assertThat(network.forward(x).equal(plain.forward(x))).isTrue();
            assertThat(network.embed(x).equal(h)).isTrue();
        }
    }

    @Test
    void atRateZeroTrainingIsWhatItWasWithout() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(34);
            ImageClassifier plain = classifier(NARROW);
            ImageClassifier zero = classifier(NARROW.dropping(0, 0));
            StateDict.load(zero.state(), plain.state());
            Tensor x = torch.randn(8, 3, 16, 16);
            assertThat(zero.forward(x).equal(plain.forward(x))).isTrue();
        }
    }

    @Test
    void theNetworkDecidesWhatIsDroppedUnlessItIsSaid() {
        try (PointerScope scope = new PointerScope()) {
            BackboneSpec b2 = new BackboneSpec("efficientnet-b2", 0.1, 0, "auto", "simclr", 16, 3);
            assertThat(Backbones.create(b2).dropout()).isEqualTo(0.3);
            assertThat(Backbones.create(b2.dropping(BackboneSpec.OWN, 0.5)).dropout())
                    .isEqualTo(0.5);
            assertThat(Backbones.create(b2.dropping(0, 0)).random()).isFalse();
            assertThat(Backbones.create(b2).random()).isTrue();
            assertThat(Backbones.create(NARROW).dropout()).isZero();
            assertThat(Backbones.create(NARROW).random()).isFalse();
        }
    }

    /** Classes as features, the identity as weights. */
    private static ImageClassifier classifier(BackboneSpec spec) {
        ImageClassifier network = ClassifierSpec.create(new ClassifierSpec(spec, 0, 0, 64));
        try (NoGradGuard guard = new NoGradGuard()) {
            network.state().get("fc.weight").copy_(torch.eye(64));
        }
        return network;
    }

    @Test
    void theLastLayerOfAHeadCannotBeKept() {
        try (PointerScope scope = new PointerScope()) {
            Backbone backbone = Backbones.create(NARROW);
            ProjectionHead head = new ProjectionHead(backbone.features(), 0, 8, 3);
            assertThatThrownBy(() -> new ImageClassifier(backbone, head, 3, 5, true))
                    .isInstanceOf(HalflightException.class)
                    .hasMessageContaining("0 to 2")
                    .hasMessageContaining("got 3");
            assertThatThrownBy(() -> new ImageClassifier(backbone, null, 1, 5, true))
                    .isInstanceOf(HalflightException.class);
        }
    }
}
