package io.halflight.bundle;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.Stem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A network as torchvision knows it.
 *
 * @param python lines that build it in Python, as {@code model}, so that its weights load strictly; none where nothing public
 *     computes the same
 * @param obstacle why there are none, else empty
 */
public record PublicForm(List<String> python, String obstacle) {
    private static final Map<String, String> LAYOUTS =
            Map.of("resnet10", "BasicBlock, [1, 1, 1, 1]", "resnet200", "Bottleneck, [3, 24, 36, 3]");

    private static final String EFFICIENT = "efficientnet-b[0-7]";

    static PublicForm of(Exportable model) {
        String obstacle = obstacle(model);
        return new PublicForm(obstacle.isEmpty() ? python(model) : List.of(), obstacle);
    }

    /** The weights by the names that torchvision gives them. */
    static Map<String, Tensor> state(Exportable model) {
        boolean efficient = model.backbone().name().matches(EFFICIENT);
        Map<String, Tensor> state = new LinkedHashMap<>();
        model.state().forEach((name, tensor) -> {
            state.put(efficient ? name.replaceFirst("^fc\\.", "classifier.1.") : name, tensor);
        });
        return state;
    }

    private static String obstacle(Exportable model) {
        BackboneSpec b = model.backbone();
        if (model.headLayers() > 0) {
            return "layers of a projection head stand before its classifier; its encoder alone may have a public form";
        }
        if (b.width() != 1) {
            return "public networks have width 1, and this has " + b.width();
        }
        if (b.sk() > 0 || b.resolvedStem() == Stem.RESNET_D) {
            return "no library has selective kernels, or shortcuts that pool, as SimCLRv2 has them";
        }
        if (b.name().matches(EFFICIENT)) {
            return b.resolvedStem() == Stem.IMAGENET && b.channels() == 3
                    ? ""
                    : "torchvision's EfficientNet has the stem imagenet and takes 3 channels";
        }
        return b.name().matches("resnet\\d+|wide_resnet50_2")
                ? ""
                : "the public network of these names has another epsilon and would answer differently";
    }

    private static List<String> python(Exportable model) {
        BackboneSpec b = model.backbone();
        List<String> lines = new ArrayList<>();
        String classes = model.classes().isEmpty()
                ? ""
                : "num_classes=" + model.classes().size();
        String top = b.name().matches(EFFICIENT) ? "classifier" : "fc";
        if (LAYOUTS.containsKey(b.name())) {
            lines.add("from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet");
            lines.add("model = ResNet(%s%s)".formatted(LAYOUTS.get(b.name()), classes.isEmpty() ? "" : ", " + classes));
        } else {
            lines.add("model = torchvision.models.%s(%s)".formatted(b.name().replace('-', '_'), classes));
        }
        if (b.resolvedStem() == Stem.SMALL) {
            lines.add("model.conv1 = torch.nn.Conv2d(%d, 64, 3, 1, 1, bias=False)".formatted(b.channels()));
            lines.add("model.maxpool = torch.nn.Identity()");
        } else if (b.channels() != 3) {
            lines.add("model.conv1 = torch.nn.Conv2d(%d, 64, 7, 2, 3, bias=False)".formatted(b.channels()));
        }
        if (b.shortcuts().equals("simclr") && b.name().matches("resnet(10|18|34)")) {
            lines.add("model.layer1[0].downsample = torch.nn.Sequential("
                    + "torch.nn.Conv2d(64, 64, 1, bias=False), torch.nn.BatchNorm2d(64))");
        }
        if (model.classes().isEmpty()) {
            lines.add("model.%s = torch.nn.Identity()".formatted(top));
        }
        return List.copyOf(lines);
    }
}
