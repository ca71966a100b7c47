package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.nn.NormForm;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EfficientNetTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    /** torchvision's counts with 1000 classes, and the paper's dropout. */
    @ParameterizedTest
    @CsvSource({
        "0, 5288548, 0.2",
        "1, 7794184, 0.2",
        "2, 9109994, 0.3",
        "3, 12233232, 0.3",
        "4, 19341616, 0.4",
        "5, 30389784, 0.4",
        "6, 43040704, 0.5",
        "7, 66347960, 0.5",
    })
    void compoundScalingGivesThePublishedNumberOfParameters(int variant, long parameters, double dropout) {
        EfficientNetConfig config = config("efficientnet-b" + variant, 224);
        assertThat(config.parameters() + (config.features() + 1L) * 1000).isEqualTo(parameters);
        assertThat(config.noise()).isEqualTo(new Noise(0.2, dropout));
        assertThat(config("efficientnet-b" + variant + "-tf", 32).parameters()).isEqualTo(config.parameters());
    }

    @Test
    void b0IsTheTableOfThePaper() {
        List<EfficientNetConfig.BlockShape> blocks =
                config("efficientnet-b0", 224).blocks();
        assertThat(blocks).hasSize(16);
        assertThat(blocks)
                .extracting(EfficientNetConfig.BlockShape::out)
                .containsExactly(16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192, 320);
        assertThat(blocks)
                .extracting(EfficientNetConfig.BlockShape::inner)
                .containsExactly(32, 96, 144, 144, 240, 240, 480, 480, 480, 672, 672, 672, 1152, 1152, 1152, 1152);
        assertThat(blocks)
                .extracting(EfficientNetConfig.BlockShape::squeezed)
                .containsExactly(8, 4, 6, 6, 10, 10, 20, 20, 20, 28, 28, 28, 48, 48, 48, 48);
        assertThat(blocks)
                .extracting(EfficientNetConfig.BlockShape::stride)
                .containsExactly(1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1);
    }

    /** Of 32 pixels the stem and stages 4 and 6 leave an eighth; larger pictures end at a thirty-second. */
    @ParameterizedTest
    @CsvSource({"auto, 32, 4", "auto, 64, 2", "small, 64, 8", "imagenet, 32, 1"})
    void smallPicturesAreHalvedTwiceLess(String stem, int size, int side) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            BackboneSpec spec = new BackboneSpec("efficientnet-b0", 0.25, 0, stem, "simclr", size, 3);
            EfficientNet net = (EfficientNet) Backbones.create(spec);
            net.train(false);
            assertThat(net.map(torch.randn(1, 3, size, size)).shape()).containsExactly(1, net.features(), side, side);
        }
    }

    @Test
    void dropRatesGrowWithTheBlockAndSkipBlocksWithoutAShortcut() {
        try (PointerScope scope = new PointerScope()) {
            List<Double> rates =
                    Backbones.create(BackboneSpec.of("efficientnet-b0", 32)).dropRates();
            assertThat(rates).hasSize(16);
            List<EfficientNetConfig.BlockShape> blocks =
                    config("efficientnet-b0", 32).blocks();
            for (int i = 0; i < 16; i++) {
                boolean residual = blocks.get(i).index() > 0;
                assertThat(rates.get(i)).as("block %d", i).isCloseTo(residual ? 0.2 * i / 16 : 0, within(1e-12));
            }
        }
    }

    /** Over many draws a block's mean in training is what it would be without drops, by the same batch statistics. */
    @Test
    void aBlocksMeanOverManyDrawsIsThatWithoutDrops() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(71);
            EfficientNetConfig.BlockShape shape = new EfficientNetConfig.BlockShape(2, 1, 8, 8, 3, 1, 6);
            InvertedResidual plain = new InvertedResidual(shape, NormForm.TORCH, 0);
            InvertedResidual dropping = new InvertedResidual(shape, NormForm.TORCH, 0.5);
            StateDict.copy(plain, dropping);
            Tensor x = torch.randn(16, 8, 3, 3);
            Tensor expected = plain.forward(x);
            Tensor branch = expected.sub(x);
            Tensor sum = torch.zeros_like(x);
            int draws = 2000;
            int dropped = 0;
            for (int i = 0; i < draws; i++) {
                try (PointerScope draw = new PointerScope()) {
                    Tensor y = dropping.forward(x);
                    dropped += y.select(0, 0).equal(x.select(0, 0)) ? 1 : 0;
                    sum.add_(y);
                }
            }
            assertThat(dropped / (double) draws).isCloseTo(0.5, within(0.06));
            Tensor difference = sum.div(new Scalar((double) draws)).sub(expected);
            double tolerance = 5 / Math.sqrt(draws) * branch.abs().max().item_double();
            assertThat(difference.abs().max().item_double()).isLessThan(tolerance);
            assertThat(branch.abs().max().item_double()).isPositive();
        }
    }

    @Test
    void inTrainingPassesDifferAndWithoutDropsTheyDoNot() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(72);
            Backbone dropping = Backbones.create(narrow(0.5));
            Backbone plain = Backbones.create(narrow(0));
            assertThat(dropping.random()).isTrue();
            assertThat(plain.random()).isFalse();
            StateDict.copy(dropping, plain);
            Tensor x = torch.randn(8, 3, 32, 32);
            assertThat(plain.forward(x).equal(plain.forward(x))).isTrue();
            assertThat(dropping.forward(x).equal(dropping.forward(x))).isFalse();
            torch.manual_seed(73);
            Tensor first = dropping.forward(x);
            torch.manual_seed(73);
            assertThat(dropping.forward(x).equal(first)).isTrue();
            StateDict.copy(dropping, plain);
            dropping.train(false);
            plain.train(false);
            assertThat(dropping.forward(x).equal(plain.forward(x))).isTrue();
        }
    }

    /** torchvision has the paper's numbers in B5 to B7 only; the names that end in -tf have them everywhere. */
    @ParameterizedTest
    @CsvSource({"efficientnet-b0, 0.1", "efficientnet-b0-tf, 0.01", "efficientnet-b5, 0.01"})
    void statisticsMoveAsInTorchvisionOrInThePaper(String name, double momentum) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(74);
            Backbone net = Backbones.create(new BackboneSpec(name, 0.1, 0, "small", "simclr", 16, 3));
            net.forward(torch.randn(4, 3, 16, 16));
            Map<String, Tensor> state = StateDict.of(net);
            // The variance starts at 1 and keeps 1 - momentum of it, plus a little of the batch's.
            double kept = state.get("features.1.0.block.0.1.running_var").min().item_double();
            assertThat(kept).isBetween(1 - momentum, 1 - momentum / 4);
        }
    }

    private static EfficientNetConfig config(String name, int size) {
        return (EfficientNetConfig) Backbones.config(BackboneSpec.of(name, size));
    }

    private static BackboneSpec narrow(double dropPath) {
        return new BackboneSpec("efficientnet-b0", 0.25, 0, "auto", "simclr", 32, 3).dropping(dropPath, 0);
    }
}
