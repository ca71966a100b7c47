package io.halflight.backbone;

import static io.halflight.nn.Functional.relu;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.Layer;
import io.halflight.nn.NormedConv;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/** ResNet-D's three 3x3 convolutions. Names have timm's gaps, where its ReLUs sit: 0, 1, 3, 4, 6. */
final class DeepStem extends Module implements Layer {
    private final NormedConv first;
    private final NormedConv second;
    private final Conv2d third;

    DeepStem(int in, int half, int out) {
        super("DeepStem");
        first = new NormedConv(
                register_module("0", new Conv2d(in, half, 3, 2)), register_module("1", new BatchNorm(half)));
        second = new NormedConv(
                register_module("3", new Conv2d(half, half, 3, 1)), register_module("4", new BatchNorm(half)));
        third = register_module("6", new Conv2d(half, out, 3, 1));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = relu(first.forward(x)); // [N, half, H / 2, W / 2]
        y = relu(second.forward(y));
        return third.forward(y); // [N, out, H / 2, W / 2]
    }
}
