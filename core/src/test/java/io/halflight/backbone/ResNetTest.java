package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halflight.nn.ChannelsLast;
import io.halflight.nn.Folding;
import io.halflight.nn.Layer;
import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResNetTest {
    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    private static ResNetConfig config(int depth, double sk, Stem stem, boolean zeroInitGamma) {
        return new ResNetConfig(depth, 0.125, sk, stem, Shortcuts.SIMCLR, zeroInitGamma, 3, 1);
    }

    @ParameterizedTest
    @CsvSource({"IMAGENET, 8, 4", "RESNET_D, 8, 4", "SMALL, 8, 1"})
    void theStemDividesTheSide(Stem stem, int channels, int divisor) {
        try (PointerScope scope = new PointerScope()) {
            ResNet net = new ResNet(config(10, 0, stem, true));
            Tensor x = torch.randn(2, 3, 40, 56);
            long[] seen = net.stem(x).shape();
            assertThat(seen).containsExactly(2, channels, 40 / divisor, 56 / divisor);
            assertThat(net.forward(x).shape()).containsExactly(2, 64);
        }
    }

    /** Wide enough that most of the 3 x 3 convolutions go by minimal filtering. */
    @ParameterizedTest
    @CsvSource({"18, 1", "50, 0.5"})
    void foldedTheFeaturesStayTheSame(int depth, double width) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Folding folding = new Folding()) {
            torch.manual_seed(5);
            ResNet net = new ResNet(new ResNetConfig(depth, width, 0, Stem.SMALL, Shortcuts.SIMCLR, false, 3, 1));
            Tensor x = ChannelsLast.of(torch.rand(8, 3, 32, 32));
            net.train(true);
            net.forward(x);
            net.eval();
            Tensor plain = net.forward(x);
            Tensor folded = folding.during(() -> net.forward(x));
            double apart = folded.sub(plain).abs().max().item_double();
            assertThat(apart / plain.abs().max().item_double()).as("seed 5").isLessThan(1e-4);
        }
    }

    @Test
    void resNetDHasTimmsNames() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = StateDict.of(new ResNet(config(50, 0.0625, Stem.RESNET_D, true)));
            assertThat(state)
                    .containsKeys(
                            "conv1.0.weight",
                            "conv1.1.bias",
                            "conv1.3.weight",
                            "conv1.4.bias",
                            "conv1.6.weight",
                            "bn1.weight",
                            "layer1.0.downsample.1.weight",
                            "layer1.0.downsample.2.running_var",
                            "layer4.2.conv2.conv.weight",
                            "layer4.2.conv2.bn.weight",
                            "layer4.2.conv2.fc_reduce.weight",
                            "layer4.2.conv2.fc_bn.weight",
                            "layer4.2.conv2.fc_select.weight")
                    .doesNotContainKeys("conv1.weight", "layer1.0.downsample.0.weight", "layer1.0.bn2.weight");
        }
    }

    @ParameterizedTest
    @CsvSource({"10, 0", "50, 0", "50, 0.0625"})
    void withGammaZeroABlockStartsAsItsShortcut(int depth, double sk) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(6);
            Tensor x = torch.rand(4, 32, 5, 5); // not negative, so that the last ReLU changes nothing
            assertThat(identityBlock(depth, sk, true).forward(x).equal(x)).isTrue();
            assertThat(identityBlock(depth, sk, false).forward(x).equal(x)).isFalse();
        }
    }

    /** Of blocks with gamma 1: a dropped row is its shortcut, a kept one has twice the branch. */
    @ParameterizedTest
    @CsvSource({"10, 0", "50, 0", "50, 0.0625"})
    void aBranchIsDroppedForSomePicturesInTrainingOnly(int depth, double sk) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(16);
            ResNetConfig config = config(depth, sk, Stem.SMALL, false);
            ResNetConfig.BlockShape shape = new ResNetConfig.BlockShape(1, 1, 32, 8, 32, 1, false);
            Module block =
                    config.bottleneck() ? new Bottleneck(config, shape, 0.5) : new BasicBlock(config, shape, 0.5);
            Tensor x = torch.rand(32, 32, 5, 5); // not negative, so that the last ReLU leaves a dropped row alone
            Tensor y = ((Layer) block).forward(x);
            int dropped = 0;
            for (int row = 0; row < 32; row++) {
                dropped += y.select(0, row).equal(x.select(0, row)) ? 1 : 0;
            }
            assertThat(dropped).isBetween(5, 27); // 16 expected, deviation 2.8
            block.train(false);
            Tensor evaluated = ((Layer) block).forward(x);
            assertThat(((Layer) block).forward(x).equal(evaluated)).isTrue();
            for (int row = 0; row < 32; row++) {
                assertThat(evaluated.select(0, row).equal(x.select(0, row))).isFalse();
            }
        }
    }

    @Test
    void dropRatesGrowWithTheBlockOfTheWholeNetwork() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(17);
            BackboneSpec spec = new BackboneSpec("resnet18", 0.125, 0, "small", "simclr", 16, 3);
            Backbone first = Backbones.create(spec.dropping(0.9, 0), false);
            Backbone plain = Backbones.create(spec.dropping(0, 0), false);
            StateDict.copy(first, plain);
            assertThat(first.random()).isTrue();
            Tensor x = torch.randn(16, 3, 16, 16);
            Tensor a = first.forward(x);
            assertThat(a.equal(plain.forward(x))).isFalse();
            assertThat(first.forward(x).equal(a)).isFalse();
            StateDict.copy(first, plain);
            first.train(false);
            plain.train(false);
            assertThat(first.forward(x).equal(plain.forward(x))).isTrue();
            assertThat(first.dropRates())
                    .containsExactly(0.0, 0.9 / 8, 0.9 / 4, 2.7 / 8, 0.45, 4.5 / 8, 5.4 / 8, 6.3 / 8);
        }
    }

    private static Layer identityBlock(int depth, double sk, boolean zeroInitGamma) {
        ResNetConfig config = config(depth, sk, Stem.SMALL, zeroInitGamma);
        ResNetConfig.BlockShape shape = new ResNetConfig.BlockShape(1, 1, 32, 8, 32, 1, false);
        return config.bottleneck() ? new Bottleneck(config, shape, 0) : new BasicBlock(config, shape, 0);
    }

    @Test
    void onlyTheLastGammaOfABranchIsZero() {
        try (PointerScope scope = new PointerScope()) {
            for (int depth : List.of(18, 50)) {
                String last = depth == 18 ? "bn2.weight" : "bn3.weight";
                StateDict.of(new ResNet(config(depth, 0, Stem.SMALL, true))).forEach((name, tensor) -> {
                    if (name.endsWith(".weight") && tensor.dim() == 1) {
                        assertThat(tensor.min().item_double()).as(name).isEqualTo(name.endsWith(last) ? 0 : 1);
                        assertThat(tensor.max().item_double()).as(name).isEqualTo(name.endsWith(last) ? 0 : 1);
                    }
                });
            }
        }
    }

    @Test
    void theSeedFixesAllWeights() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(11);
            Map<String, Tensor> first = StateDict.of(new ResNet(config(10, 0, Stem.SMALL, true)));
            Map<String, Tensor> other = StateDict.of(new ResNet(config(10, 0, Stem.SMALL, true)));
            torch.manual_seed(11);
            Map<String, Tensor> again = StateDict.of(new ResNet(config(10, 0, Stem.SMALL, true)));
            first.forEach((name, tensor) ->
                    assertThat(tensor.equal(again.get(name))).as(name).isTrue());
            assertThat(first.get("conv1.weight").equal(other.get("conv1.weight")))
                    .isFalse();
        }
    }

    @Test
    void theModeReachesEveryNormalisationAlsoAfterGarbageCollection() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(12);
            ResNet net = new ResNet(config(50, 0.0625, Stem.RESNET_D, false));
            Map<String, Tensor> state = StateDict.of(net);
            Tensor x = torch.randn(4, 3, 32, 32);
            net.forward(x);
            state.forEach((name, tensor) -> {
                if (name.endsWith("num_batches_tracked")) {
                    assertThat(tensor.item_long()).as(name).isEqualTo(1);
                } else if (name.endsWith("running_mean")) {
                    assertThat(tensor.abs().max().item_double()).as(name).isPositive();
                }
            });
            System.gc();
            net.train(false);
            Tensor before = state.get("layer4.2.bn3.running_var").clone();
            Tensor y = net.forward(x);
            assertThat(net.forward(x).equal(y)).isTrue();
            assertThat(state.get("layer4.2.bn3.running_var").equal(before)).isTrue();
            assertThat(state.get("bn1.num_batches_tracked").item_long()).isEqualTo(1);
            Tensor one = net.forward(x.narrow(0, 2, 1));
            assertThat(one.allclose(y.narrow(0, 2, 1), 1e-3, 1e-4, false))
                    .as("a picture alone gets the features it gets in a batch")
                    .isTrue();
        }
    }

    @Test
    void theMemoryOrderChangesNeitherFeaturesNorGradients() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(15);
            ResNetConfig config = config(50, 0.0625, Stem.RESNET_D, false);
            ResNet plain = new ResNet(config);
            ResNet reordered = new ResNet(config);
            StateDict.copy(plain, reordered);
            ChannelsLast.convert(reordered);
            plain.train(false);
            reordered.train(false);
            Tensor x = torch.randn(3, 3, 30, 34);
            Tensor expected = plain.forward(x);
            Tensor h = reordered.forward(ChannelsLast.of(x));
            assertThat(h.allclose(expected, 1e-3, 1e-4, false)).isTrue();
            expected.sum().backward();
            h.sum().backward();
            String first = "conv1.0.weight";
            Tensor gradient = StateDict.of(plain).get(first).grad();
            Tensor difference = StateDict.of(reordered).get(first).grad().sub(gradient);
            assertThat(difference.norm().item_double())
                    .isLessThan(1e-3 * gradient.norm().item_double());
        }
    }

    /** In-place ReLUs and sums must not disturb the gradient: a step along it changes the output as it says. */
    @ParameterizedTest
    @CsvSource({"10, 0", "10, 0.0625", "50, 0", "50, 0.0625"})
    void gradientsOfABlockAgreeWithFiniteDifferences(int depth, double sk) {
        for (int stride = 1; stride <= 2; stride++) {
            try (PointerScope scope = new PointerScope()) {
                torch.manual_seed(13);
                ResNetConfig config = config(depth, sk, Stem.SMALL, false);
                ResNetConfig.BlockShape projected = new ResNetConfig.BlockShape(1, 0, 6, 8, 32, stride, true);
                ResNetConfig.BlockShape identity = new ResNetConfig.BlockShape(1, 1, 32, 8, 32, 1, false);
                for (ResNetConfig.BlockShape shape : List.of(projected, identity)) {
                    Tensor x = torch.randn(16, shape.in(), 5, 5).to(ScalarType.Double);
                    if (config.bottleneck()) {
                        Bottleneck block = new Bottleneck(config, shape, 0);
                        checkGradients(block, block, x);
                    } else {
                        BasicBlock block = new BasicBlock(config, shape, 0);
                        checkGradients(block, block, x);
                    }
                }
            }
        }
    }

    /** In evaluation mode: by batch statistics a deep network is too steep for a difference to follow. */
    @ParameterizedTest
    @EnumSource(Stem.class)
    void gradientsOfANetworkAgreeWithFiniteDifferences(Stem stem) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(14);
            ResNet net = new ResNet(config(10, 0, stem, false));
            net.train(false);
            checkGradients(net, net, torch.randn(3, 3, 17, 24).to(ScalarType.Double));
        }
    }

    private static void checkGradients(Module module, Layer layer, Tensor x) {
        module.to(ScalarType.Double, false);
        Tensor y = layer.forward(x);
        Tensor v = torch.randn(y.shape()).to(ScalarType.Double);
        y.mul(v).sum().backward();
        double step = 1e-7;
        StateDict.of(module).forEach((name, weight) -> {
            if (!weight.requires_grad()) {
                return;
            }
            try (NoGradGuard guard = new NoGradGuard()) {
                Tensor direction = torch.randn(weight.shape()).to(ScalarType.Double);
                double expected = weight.grad().mul(direction).sum().item_double();
                weight.add_(direction, new Scalar(step));
                double up = layer.forward(x).mul(v).sum().item_double();
                weight.add_(direction, new Scalar(-2 * step));
                double down = layer.forward(x).mul(v).sum().item_double();
                weight.add_(direction, new Scalar(step));
                assertThat((up - down) / (2 * step))
                        .as(name)
                        .isCloseTo(expected, within(1e-3 * Math.abs(expected) + 1e-4));
            }
        });
    }
}
