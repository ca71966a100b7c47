package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.halflight.nn.StateDict;
import io.halflight.torch.NativeTorch;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResNetConfigTest {
    private static final long LARGEST_BUILT = 60_000_000;

    /** Encoder parameters of the SimCLR and SimCLRv2 networks; those that fit are built as well as counted. */
    @ParameterizedTest
    @CsvSource({
        "18, 1, 0, IMAGENET, SIMCLR, 11180736",
        "18, 1, 0, SMALL, SIMCLR, 11173056",
        "18, 1, 0, SMALL, TORCHVISION, 11168832",
        "34, 1, 0, SMALL, SIMCLR, 21281216",
        "50, 1, 0, SMALL, SIMCLR, 23500352",
        "50, 1, 0, IMAGENET, SIMCLR, 23508032",
        "50, 1, 0.0625, RESNET_D, SIMCLR, 35215584",
        "50, 2, 0, IMAGENET, SIMCLR, 93907072",
        "50, 2, 0.0625, RESNET_D, SIMCLR, 140306048",
        "101, 1, 0, IMAGENET, SIMCLR, 42500160",
        "101, 1, 0.0625, RESNET_D, SIMCLR, 64662304",
        "101, 2, 0, IMAGENET, SIMCLR, 169771136",
        "101, 2, 0.0625, RESNET_D, SIMCLR, 257132224",
        "152, 1, 0, IMAGENET, SIMCLR, 58143808",
        "152, 1, 0.0625, RESNET_D, SIMCLR, 88940896",
        "152, 2, 0, IMAGENET, SIMCLR, 232253568",
        "152, 2, 0.0625, RESNET_D, SIMCLR, 353398528",
        "152, 3, 0.0625, RESNET_D, SIMCLR, 794704160",
    })
    void hasThePublishedNumberOfParameters(
            int depth, double width, double sk, Stem stem, Shortcuts shortcuts, long parameters) {
        ResNetConfig config = new ResNetConfig(depth, width, sk, stem, shortcuts, true, 3, 1);
        assertThat(config.parameters()).isEqualTo(parameters);
        if (parameters < LARGEST_BUILT) {
            assertThat(built(config)).isEqualTo(parameters);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10, 0.25, 0, SMALL, 1, 1",
        "18, 0.1, 0.0625, RESNET_D, 3, 1",
        "50, 0.25, 0.0625, RESNET_D, 4, 2",
        "50, 0.33, 0, RESNET_D, 3, 0.5",
        "200, 0.125, 0.0625, SMALL, 3, 1",
    })
    void countsUncommonNetworksAsBuilt(int depth, double width, double sk, Stem stem, int channels, double innerWidth) {
        ResNetConfig config =
                new ResNetConfig(depth, width, sk, stem, Shortcuts.TORCHVISION, true, channels, innerWidth);
        assertThat(built(config)).isEqualTo(config.parameters());
    }

    private static long built(ResNetConfig config) {
        NativeTorch.load();
        try (PointerScope scope = new PointerScope()) {
            return StateDict.count(new ResNet(config));
        }
    }

    @Test
    void fractionalWidthsRoundAndStopAtEight() {
        assertThat(config(18, 0.25).features()).isEqualTo(128);
        assertThat(config(50, 0.3).features()).isEqualTo(154 * 4);
        assertThat(config(18, 0.05).stemChannels()).isEqualTo(8);
        assertThat(config(18, 0.05).features()).isEqualTo(26);
    }

    @Test
    void theStrideSitsInTheFirstBlockOfTheLaterGroups() {
        assertThat(config(18, 1).blocks())
                .extracting(ResNetConfig.BlockShape::stride)
                .containsExactly(1, 1, 2, 1, 2, 1, 2, 1);
        assertThat(config(18, 1).blocks())
                .extracting(ResNetConfig.BlockShape::projected)
                .containsExactly(true, false, true, false, true, false, true, false);
    }

    @Test
    void impossibleValuesAreNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> config(20, 1)).withMessageContaining("got 20");
        assertThatIllegalArgumentException().isThrownBy(() -> config(18, 0)).withMessageContaining("width");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ResNetConfig(18, 1, 0, Stem.SMALL, Shortcuts.SIMCLR, true, 3, 2))
                .withMessageContaining("innerWidth");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ResNetConfig(50, 1, 2, Stem.SMALL, Shortcuts.SIMCLR, true, 3, 1))
                .withMessageContaining("skRatio");
    }

    private static ResNetConfig config(int depth, double width) {
        return new ResNetConfig(depth, width, 0, Stem.IMAGENET, Shortcuts.SIMCLR, true, 3, 1);
    }
}
