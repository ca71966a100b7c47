package io.halflight.backbone;

import static io.halflight.nn.Functional.crop;
import static io.halflight.nn.Functional.meanPool;
import static io.halflight.nn.Functional.pad;

import io.halflight.nn.BatchNorm;
import io.halflight.nn.Conv2d;
import io.halflight.nn.Layer;
import io.halflight.nn.NormedConv;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

/**
 * A projection shortcut: 1x1 convolution and batch normalisation, named {@code 0} and {@code 1} as in torchvision.
 *
 * <p>ResNet-D averages 2x2 patches first and convolves with stride 1; its parts are named {@code 1} and {@code 2} as in
 * timm. At the lower and right edge it follows SimCLRv2's TensorFlow code: stride 2 counts cells beyond an odd side as
 * zeros, stride 1 leaves them out of the mean.
 */
final class Shortcut extends Module implements Layer {
    private final boolean pooled;
    private final int stride;
    private final NormedConv conv;

    Shortcut(int in, int out, int stride, boolean pooled) {
        super("Shortcut");
        this.pooled = pooled;
        this.stride = stride;
        conv = new NormedConv(
                register_module(pooled ? "1" : "0", new Conv2d(in, out, 1, pooled ? 1 : stride)),
                register_module(pooled ? "2" : "1", new BatchNorm(out)));
    }

    @Override
    public Tensor forward(Tensor x) {
        return conv.forward(pooled ? pool(x) : x); // [N, out, ceil(H / stride), ceil(W / stride)]
    }

    Tensor pool(Tensor x) {
        long height = x.size(2);
        long width = x.size(3);
        if (stride == 1) {
            // Padding on all sides gives one row and column too many; the first of each looks up and left.
            return crop(meanPool(x, 2, 1, 1), height, width);
        }
        boolean odd = height % 2 != 0 || width % 2 != 0;
        return meanPool(odd ? pad(x, height % 2, width % 2) : x, 2, 2, 0);
    }
}
