package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.nn.StateDict;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackbonesTest {
    /** Every name, narrow, dropping branches; ResNets of the first version with and without selective kernels. */
    static Stream<Arguments> everyBackbone() {
        return Backbones.names().stream()
                .flatMap(name -> (isFirstResNet(name) ? Stream.of(0.0, 0.0625) : Stream.of(0.0))
                        .map(sk -> Arguments.of(narrow(name, sk, 32).dropping(0.3, 0.3))));
    }

    private static boolean isFirstResNet(String name) {
        return name.startsWith("wide_resnet") || name.matches("resnet\\d+");
    }

    private static BackboneSpec narrow(String name, double sk, int size) {
        return new BackboneSpec(name, 0.125, sk, "auto", "simclr", size, 3);
    }

    @ParameterizedTest
    @MethodSource("everyBackbone")
    void encodesLearnsAndReloads(BackboneSpec spec) {
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(21);
            Backbone net = Backbones.create(spec);
            Backbone twin = Backbones.create(spec);
            Map<String, Tensor> state = StateDict.of(net);
            Tensor x = torch.randn(4, 3, 32, 32);

            Tensor h = net.forward(x);
            assertThat(h.shape()).containsExactly(4, net.features());
            h.mul(torch.randn(4, net.features())).sum().backward();
            state.forEach((name, tensor) -> {
                if (tensor.requires_grad()) {
                    assertThat(tensor.grad().defined()).as(name).isTrue();
                    assertThat(tensor.grad().isfinite().all().item_bool())
                            .as(name)
                            .isTrue();
                }
            });

            net.train(false);
            twin.train(false);
            Tensor expected = net.forward(x);
            assertThat(net.forward(x).equal(expected)).isTrue();
            assertThat(twin.forward(x).equal(expected)).isFalse();
            StateDict.load(StateDict.of(twin), state);
            assertThat(twin.forward(x).equal(expected)).isTrue();
        }
    }

    /** Larger pictures take the published stem, where there is one, and give as many features. */
    @ParameterizedTest
    @MethodSource("everyBackbone")
    void encodesLargerPictures(BackboneSpec spec) {
        BackboneSpec larger = narrow(spec.name(), spec.sk(), 64);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            torch.manual_seed(22);
            Backbone net = Backbones.create(larger);
            net.train(false);
            Tensor h = net.forward(torch.randn(1, 3, 64, 64));
            assertThat(h.shape()).containsExactly(1, Backbones.config(spec).features());
            assertThat(h.isfinite().all().item_bool()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("everyBackbone")
    void countsAsManyWeightsAsItBuilds(BackboneSpec spec) {
        for (int size : new int[] {32, 64}) {
            BackboneSpec sized = narrow(spec.name(), spec.sk(), size);
            try (PointerScope scope = new PointerScope()) {
                assertThat(StateDict.count(Backbones.create(sized)))
                        .isEqualTo(Backbones.config(sized).parameters());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everyBackbone")
    void aStepLeavesNothingBehind(BackboneSpec spec) {
        try (PointerScope outer = new PointerScope()) {
            Backbone net = Backbones.create(spec);
            step(net);
            long before = Pointer.totalCount();
            step(net);
            step(net);
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
        }
    }

    private static void step(Backbone net) {
        try (PointerScope scope = new PointerScope()) {
            net.forward(torch.randn(2, 3, 16, 16)).sum().backward();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "auto, 32, 0, SMALL",
        "auto, 32, 0.0625, SMALL",
        "auto, 33, 0, IMAGENET",
        "auto, 33, 0.0625, RESNET_D",
        "imagenet, 32, 0.0625, IMAGENET",
        "small, 224, 0.0625, SMALL",
        "resnet-d, 32, 0, RESNET_D",
    })
    void theStemFollowsTheSizeUnlessItIsNamed(String stem, int size, double sk, Stem expected) {
        BackboneSpec spec = new BackboneSpec("resnet50", 1, sk, stem, "simclr", size, 3);
        assertThat(((ResNetConfig) Backbones.config(spec)).stem()).isEqualTo(expected);
    }

    @Test
    void aSpecNamesThePublishedNetworks() {
        assertThat(Backbones.names())
                .startsWith(
                        "resnet10",
                        "resnet18",
                        "resnet34",
                        "resnet50",
                        "resnet101",
                        "resnet152",
                        "resnet200",
                        "wide_resnet50_2")
                .contains("resnet50v2", "wrn-28-2", "wrn-28-8", "efficientnet-b0", "efficientnet-b7")
                .doesNotHaveDuplicates();
        assertThat(Backbones.config(BackboneSpec.of("resnet18", 32)).parameters())
                .isEqualTo(11_173_056);
        BackboneSpec torchvision = new BackboneSpec("wide_resnet50_2", 1, 0, "auto", "torchvision", 224, 3);
        assertThat(Backbones.config(torchvision).parameters()).isEqualTo(68_883_240 - 2_049_000);
    }

    @Test
    void grayPicturesNeedOneInputChannel() {
        try (PointerScope scope = new PointerScope()) {
            Backbone net = Backbones.create(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", 28, 1));
            assertThat(net.forward(torch.randn(2, 1, 28, 28)).shape()).containsExactly(2, 64);
        }
    }

    @Test
    void anUnknownNameSuggestsTheNearest() {
        assertThatThrownBy(() -> Backbones.create(BackboneSpec.of("restnet50", 32)))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("did you mean resnet50")
                .hasMessageContaining("wide_resnet50_2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wrn-27-2 | 0 | auto | depth is 6n + 4",
                "wrn-4-2 | 0 | auto | depth is 6n + 4",
                "wrn-28-0 | 0 | auto | widening factor",
                "wrn-28-2 | 0.0625 | auto | no selective kernels",
                "wrn-28-2 | 0 | imagenet | stem must be auto or small",
                "resnet50v2 | 0.0625 | auto | no selective kernels",
                "resnet50v2 | 0 | resnet-d | stem must be auto, imagenet or small",
                "efficientnet-b0 | 0.0625 | auto | no selective kernels",
                "efficientnet-b0 | 0 | resnet-d | stem must be auto, imagenet or small",
                "efficientnet-b8 | 0 | auto | There is no backbone",
                "wrn-28 | 0 | auto | any wrn-DEPTH-WIDEN",
            })
    void whatAFamilyDoesNotHaveIsRefused(String name, double sk, String stem, String message) {
        BackboneSpec spec = new BackboneSpec(name, 1, sk, stem, "simclr", 32, 3);
        assertThatThrownBy(() -> Backbones.config(spec))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.5, 1, 1.5, Double.NaN})
    void impossibleDropRatesAreNamed(double rate) {
        BackboneSpec spec = BackboneSpec.of("resnet18", 32);
        assertThatThrownBy(() -> spec.dropping(rate, 0))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("drop_path");
        assertThatThrownBy(() -> spec.dropping(0, rate))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("dropout");
    }

    @Test
    void whatIsDroppedInTrainingMakesNoOtherNetwork() {
        BackboneSpec spec = BackboneSpec.of("resnet18", 32);
        assertThat(spec.sameNetwork(spec.dropping(0.2, 0.5))).isTrue();
        assertThat(spec.sameNetwork(BackboneSpec.of("resnet18", 33))).isFalse();
    }

    @Test
    void impossibleSpecsAreNamed() {
        assertThatThrownBy(() -> new BackboneSpec("resnet18", 0, 0, "auto", "simclr", 32, 3))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("width");
        assertThatThrownBy(() -> new BackboneSpec("resnet18", 1, 0, "tiny", "simclr", 32, 3))
                .isInstanceOf(HalflightException.class)
                .hasMessageContaining("resnet-d")
                .hasMessageContaining("got tiny");
    }
}
