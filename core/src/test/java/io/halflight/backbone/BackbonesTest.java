package io.halflight.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halflight.HalflightException;
import io.halflight.nn.StateDict;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BackbonesTest {
    /** Every name, narrow, with and without selective kernels. */
    static Stream<Arguments> everyBackbone() {
        return Backbones.names().stream()
                .flatMap(name -> Stream.of(0.0, 0.0625)
                        .map(sk -> Arguments.of(new BackboneSpec(name, 0.125, sk, "auto", "simclr", 32, 3))));
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
            assertThat(twin.forward(x).equal(expected)).isFalse();
            StateDict.load(StateDict.of(twin), state);
            assertThat(twin.forward(x).equal(expected)).isTrue();
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
                .containsExactly(
                        "resnet10",
                        "resnet18",
                        "resnet34",
                        "resnet50",
                        "resnet101",
                        "resnet152",
                        "resnet200",
                        "wide_resnet50_2");
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
