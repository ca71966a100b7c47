package io.halflight.backbone;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.Layer;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/** ResNet-D's three 3x3 convolutions. Names have timm's gaps, where its ReLUs sit: 0, 1, 3, 4, 6. */
final class DeepStem extends Module implements Layer {
    private final Conv2d conv0;
    private final BatchNorm bn0;
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final Conv2d conv2;

    DeepStem(int in, int half, int out) {
        super("DeepStem");
        conv0 = register_module("0", new Conv2d(in, half, 3, 2));
        bn0 = register_module("1", new BatchNorm(half));
        conv1 = register_module("3", new Conv2d(half, half, 3, 1));
        bn1 = register_module("4", new BatchNorm(half));
        conv2 = register_module("6", new Conv2d(half, out, 3, 1));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = bn0.forward(conv0.forward(x)).relu_(); // [N, half, H / 2, W / 2]
        y = bn1.forward(conv1.forward(y)).relu_();
        return conv2.forward(y); // [N, out, H / 2, W / 2]
    }
}
