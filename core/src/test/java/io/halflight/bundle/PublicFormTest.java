package io.halflight.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.backbone.BackboneSpec;
import io.halflight.torch.NativeTorch;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asserted of torchvision here was tried with torchvision 0.28: every form loads strictly. */
class PublicFormTest {
    private static Exportable exportable(BackboneSpec spec, int headLayers, String... classes) {
        return new Exportable(spec.name(), x -> x, Map.of(), spec, headLayers, List.of(classes), "");
    }

    @Test
    void torchvisionsOwnFormIsOneLine() {
        var spec = new BackboneSpec("resnet18", 1, 0, "auto", "torchvision", 224, 3);
        assertThat(PublicForm.of(exportable(spec, 0, "a", "b")).python())
                .containsExactly("model = torchvision.models.resnet18(num_classes=2)");
    }

    @Test
    void whatDiffersIsPutIntoIt() {
        var spec = new BackboneSpec("resnet10", 1, 0, "auto", "simclr", 28, 1);
        assertThat(PublicForm.of(exportable(spec, 0)).python())
                .containsExactly(
                        "from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet",
                        "model = ResNet(BasicBlock, [1, 1, 1, 1])",
                        "model.conv1 = torch.nn.Conv2d(1, 64, 3, 1, 1, bias=False)",
                        "model.maxpool = torch.nn.Identity()",
                        "model.layer1[0].downsample = torch.nn.Sequential(torch.nn.Conv2d(64, 64, 1, bias=False),"
                                + " torch.nn.BatchNorm2d(64))",
                        "model.fc = torch.nn.Identity()");
    }

    @Test
    void efficientNetsClassifierHasAnotherName() {
        NativeTorch.load();
        BackboneSpec spec = BackboneSpec.of("efficientnet-b1", 240);
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> state = Map.of("features.0.0.weight", torch.ones(1), "fc.bias", torch.ones(1));
            var model = new Exportable("model", x -> x, state, spec, 0, List.of("a", "b"), "");
            assertThat(PublicForm.of(model).python())
                    .containsExactly("model = torchvision.models.efficientnet_b1(num_classes=2)");
            assertThat(PublicForm.state(model)).containsOnlyKeys("features.0.0.weight", "classifier.1.bias");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resnet18           | 0.5 | 0      | auto     | 224 | 0 | width 1",
                "resnet50           | 1   | 0.0625 | imagenet | 224 | 0 | selective kernels",
                "resnet50           | 1   | 0      | resnet-d | 224 | 0 | shortcuts that pool",
                "resnet18           | 1   | 0      | auto     | 224 | 1 | projection head",
                "wrn-28-2           | 1   | 0      | auto     | 32  | 0 | another epsilon",
                "resnet50v2         | 1   | 0      | auto     | 224 | 0 | another epsilon",
                "efficientnet-b0    | 1   | 0      | small    | 32  | 0 | stem imagenet",
                "efficientnet-b0-tf | 1   | 0      | auto     | 224 | 0 | another epsilon",
            })
    void whatNobodyBuildsHasAReason(
            String name, double width, double sk, String stem, int size, int headLayers, String reason) {
        var spec = new BackboneSpec(name, width, sk, stem, "torchvision", size, 3);
        PublicForm form = PublicForm.of(exportable(spec, headLayers, "a"));
        assertThat(form.python()).isEmpty();
        assertThat(form.obstacle()).contains(reason);
    }
}
