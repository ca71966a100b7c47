package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import java.util.List;
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
import org.junit.jupiter.params.provider.EnumSource;

class PreActivationResNetTest {
    private static final long[] ONE = {1, 1};
    private static final long[] TWO = {2, 2};

    @BeforeAll
    static void load() {
        NativeTorch.load();
    }

    /**
     * With a classifier: UDA's and the WideResNet paper's CIFAR-10 counts, timm's resnetv2_50, and the others counted
     * apart. MOAM's network is four times as wide.
     */
    @ParameterizedTest
    @CsvSource({
        "wrn-28-2, 1, 32, 10, 1467610",
        "wrn-28-2, 1, 224, 10, 1467610",
        "wrn-28-2-fixmatch, 1, 32, 10, 1467610",
        "wrn-28-8, 1, 32, 10, 23354842",
        "wrn-28-10, 1, 32, 10, 36479194",
        "wrn-16-2, 1, 32, 10, 691674",
        "wrn-10-1, 1, 32, 10, 77850",
        "resnet50v2, 1, 224, 1000, 25549352",
        "resnet50v2, 1, 32, 1000, 25541672",
        "resnet50v2, 4, 224, 1000, 383540456",
        "resnet18v2, 1, 224, 1000, 11687720",
        "resnet34v2, 1, 224, 1000, 21795880",
        "resnet101v2, 1, 224, 1000, 44541480",
    })
    void hasThePublishedNumberOfParameters(String name, double width, int size, int classes, long parameters) {
        BackboneSpec spec = new BackboneSpec(name, width, 0, "auto", "simclr", size, 3);
        BackboneConfig config = Backbones.config(spec);
        assertThat(config.parameters() + (config.features() + 1L) * classes).isEqualTo(parameters);
    }

    @Test
    void wrn282IsBuiltAsItIsCounted() {
        try (PointerScope scope = new PointerScope()) {
            ClassifierSpec spec = new ClassifierSpec(BackboneSpec.of("wrn-28-2", 32), 0, 0, 10);
            assertThat(StateDict.count(ClassifierSpec.create(spec))).isEqualTo(1_467_610);
        }
    }

    @Test
    void widthMultipliesEveryChannelCount() {
        BackboneSpec half = new BackboneSpec("wrn-28-2", 0.5, 0, "auto", "simclr", 32, 3);
        assertThat(Backbones.config(half).features()).isEqualTo(64);
        PreActivationConfig config = (PreActivationConfig) Backbones.config(half);
        assertThat(config.stemChannels()).isEqualTo(8);
        assertThat(config.blocks())
                .hasSize(12)
                .extracting(PreActivationConfig.BlockShape::out)
                .containsExactly(16, 16, 16, 16, 32, 32, 32, 32, 64, 64, 64, 64);
        BackboneSpec moam = new BackboneSpec("resnet50v2", 4, 0, "auto", "simclr", 224, 3);
        assertThat(((PreActivationConfig) Backbones.config(moam)).stemChannels())
                .as("16 times filters_factor 16")
                .isEqualTo(256);
        assertThat(Backbones.config(moam).features()).isEqualTo(4 * 2048);
    }

    @Test
    void theGroupsHalveTheSideWhereTheyChange() {
        assertThat(config("wrn-16-1", 32).blocks())
                .extracting(PreActivationConfig.BlockShape::stride)
                .containsExactly(1, 1, 2, 1, 2, 1);
        List<PreActivationConfig.ConvShape> convs =
                config("resnet50v2", 32).blocks().get(3).convs();
        assertThat(convs)
                .as("the stride sits on the 3x3")
                .containsExactly(
                        new PreActivationConfig.ConvShape(256, 128, 1, 1),
                        new PreActivationConfig.ConvShape(128, 128, 3, 2),
                        new PreActivationConfig.ConvShape(128, 512, 1, 1));
    }

    @ParameterizedTest
    @CsvSource({"resnet18v2, 32, 32", "resnet18v2, 64, 16", "wrn-10-1, 32, 32", "wrn-10-1, 64, 64"})
    void theStemIsABareConvolution(String name, int size, int side) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(61);
            PreActivationResNet net =
                    (PreActivationResNet) Backbones.create(new BackboneSpec(name, 0.125, 0, "auto", "simclr", size, 3));
            Tensor x = torch.randn(2, 3, size, size);
            Tensor y = net.stem(x);
            assertThat(y.shape()).containsExactly(2, 8, side, side);
            assertThat(y.min().item_double()).as("no ReLU").isNegative();
            Tensor doubled = net.stem(x.mul(new Scalar(2.0))).sub(y.mul(new Scalar(2.0)));
            assertThat(doubled.abs().max().item_double()).as("no normalisation").isLessThan(1e-4);
        }
    }

    @Test
    void namesAreTimms() {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state =
                    StateDict.of(Backbones.create(new BackboneSpec("resnet50v2", 0.125, 0, "auto", "simclr", 224, 3)));
            assertThat(state)
                    .containsKeys(
                            "stem.conv.weight",
                            "stages.0.blocks.0.norm1.running_var",
                            "stages.0.blocks.0.downsample.conv.weight",
                            "stages.3.blocks.2.norm3.bias",
                            "stages.3.blocks.2.conv3.weight",
                            "norm.weight")
                    .doesNotContainKeys("stages.0.blocks.1.downsample.conv.weight");
            assertThat(state.get("stem.conv.weight").shape()).containsExactly(8, 3, 7, 7);
            assertThat(state.get("stages.0.blocks.0.norm2.weight").min().item_double())
                    .as("no zero gamma, whatever the recipe says")
                    .isEqualTo(1);
        }
    }

    /**
     * By the definition, in evaluation mode: UDA's projection takes the raw input, S4L's the activated one, FixMatch's
     * that of its first block alone; a shortcut without projection is the raw input but in FixMatch's first block.
     */
    @ParameterizedTest
    @CsvSource({
        "UDA, wrn-10-2, 0, raw",
        "UDA, wrn-10-2, 1, raw",
        "UDA, wrn-10-1, 0, raw",
        "FIXMATCH, wrn-10-2-fixmatch, 0, activated",
        "FIXMATCH, wrn-10-2-fixmatch, 1, raw",
        "FIXMATCH, wrn-10-1-fixmatch, 0, activated",
        "S4L, resnet18v2, 0, raw",
        "S4L, resnet18v2, 2, activated",
        "S4L, resnet50v2, 0, activated",
        "S4L, resnet50v2, 1, raw",
    })
    void theShortcutStartsWhereThePaperSays(PreActivationForm form, String name, int index, String from) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(62);
            PreActivationConfig.BlockShape shape = ((PreActivationConfig)
                            Backbones.config(new BackboneSpec(name, 0.125, 0, "auto", "simclr", 32, 3)))
                    .blocks()
                    .get(index);
            PreActivationBlock block = new PreActivationBlock(form, shape, 0);
            block.train(false);
            Map<String, Tensor> state = StateDict.of(block);
            state.get("norm1.bias").normal_();
            Tensor x = torch.randn(2, shape.in(), 6, 6);
            Tensor activated = activated(form, x, state.get("norm1.bias"));
            Tensor y = activated;
            for (int i = 1; i <= shape.convs().size(); i++) {
                PreActivationConfig.ConvShape conv = shape.convs().get(i - 1);
                y = i == 1 ? y : activated(form, y, torch.zeros(conv.in()));
                y = conv(y, state.get("conv" + i + ".weight"), conv.kernel(), conv.stride());
            }
            Tensor shortcut = from.equals("raw") ? x : activated;
            if (shape.projected()) {
                shortcut = conv(shortcut, state.get("downsample.conv.weight"), 1, shape.stride());
            }
            assertThat(block.forward(x).allclose(y.add(shortcut), 1e-4, 1e-5, false))
                    .isTrue();
        }
    }

    /** Running mean 0 and variance 1, gamma 1. */
    private static Tensor activated(PreActivationForm form, Tensor x, Tensor beta) {
        double eps = form == PreActivationForm.UDA ? 1e-5 : 1e-3;
        Tensor y = x.div(new Scalar(Math.sqrt(1 + eps))).add(beta.view(1, -1, 1, 1));
        Tensor negative = y.minimum(torch.zeros(1)).mul(new Scalar(form == PreActivationForm.FIXMATCH ? 0.1 : 0));
        return y.relu().add(negative);
    }

    private static Tensor conv(Tensor x, Tensor weight, int kernel, int stride) {
        long[] padding = {kernel / 2, kernel / 2};
        return torch.conv2d(x, weight, new TensorOptional(), stride == 2 ? TWO : ONE, padding, ONE, 1);
    }

    @ParameterizedTest
    @EnumSource(PreActivationForm.class)
    void theFormDecidesHowFastStatisticsMove(PreActivationForm form) {
        String name = form == PreActivationForm.S4L
                ? "resnet18v2"
                : form == PreActivationForm.UDA ? "wrn-10-1" : "wrn-10-1-fixmatch";
        double momentum = form == PreActivationForm.S4L ? 0.01 : form == PreActivationForm.UDA ? 0.1 : 0.001;
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(63);
            PreActivationResNet net =
                    (PreActivationResNet) Backbones.create(new BackboneSpec(name, 0.125, 0, "auto", "simclr", 16, 3));
            Tensor x = torch.randn(4, 3, 16, 16);
            Tensor mean = net.stem(x).mean(new long[] {0, 2, 3});
            net.forward(x);
            Tensor running = StateDict.of(net).get("stages.0.blocks.0.norm1.running_mean");
            assertThat(running.allclose(mean.mul(new Scalar(momentum)), 1e-3, 1e-7, false))
                    .isTrue();
        }
    }

    @Test
    void branchesAreDroppedByTheLinearRule() {
        try (PointerScope scope = new PointerScope()) {
            BackboneSpec spec = new BackboneSpec("wrn-16-1", 0.5, 0, "auto", "simclr", 32, 3);
            assertThat(Backbones.create(spec.dropping(0.75, 0)).dropRates())
                    .containsExactly(0.0, 0.125, 0.25, 0.375, 0.5, 0.625);
            assertThat(Backbones.create(spec).dropRates()).containsOnly(0.0);
        }
    }

    /** A branch that is dropped for every picture leaves the shortcut; in evaluation nothing is dropped. */
    @Test
    void aDroppedBranchLeavesTheShortcut() {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(64);
            PreActivationConfig.BlockShape shape =
                    config("wrn-10-1", 32).blocks().get(0);
            PreActivationBlock block = new PreActivationBlock(PreActivationForm.UDA, shape, 1 - 1e-12);
            Tensor x = torch.randn(4, 16, 6, 6);
            assertThat(block.forward(x).equal(x)).isTrue();
            block.train(false);
            assertThat(block.forward(x).equal(x)).isFalse();
        }
    }

    @Test
    void impossibleNetworksAreNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PreActivationConfig(PreActivationForm.UDA, 27, 1, 1, Stem.SMALL, 3, Noise.NONE))
                .withMessageContaining("6n + 4");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new PreActivationConfig(PreActivationForm.UDA, 28, 1, 1, Stem.IMAGENET, 3, Noise.NONE))
                .withMessageContaining("IMAGENET");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PreActivationConfig(PreActivationForm.S4L, 50, 2, 1, Stem.SMALL, 3, Noise.NONE))
                .withMessageContaining("widen");
    }

    private static PreActivationConfig config(String name, int size) {
        return (PreActivationConfig) Backbones.config(BackboneSpec.of(name, size));
    }
}
