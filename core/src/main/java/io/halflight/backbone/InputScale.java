package io.halflight.backbone;

import io.halflight.torch.Tensors;
import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a network does to pictures in [0, 1] before its first layer. It belongs to the network, so that an encoder sees
 * the same in pretraining, fine-tuning and use.
 */
public enum InputScale {
    /** Nothing, as SimCLR. */
    NONE,

    /** Subtracts ImageNet's mean and divides by its deviation, as torchvision's weights, BYOL and MoCo expect. */
    IMAGENET,

    /** To [-1, 1], as S4L. */
    SYMMETRIC;

    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    /** On grey pictures: the means of the three. */
    private static final double GREY_MEAN = 0.449;

    private static final double GREY_DEVIATION = 0.226;

    /** By its name in recipes: none, imagenet, symmetric. */
    static InputScale of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Applies it to [N, C, H, W] of one or three channels. */
    Tensor apply(Tensor x) {
        return switch (this) {
            case NONE -> x;
            case SYMMETRIC -> x.mul(new Scalar(2.0)).sub(new Scalar(1.0));
            case IMAGENET -> x.size(1) == 3 ? imagenet(x) : grey(x);
        };
    }

    private static Tensor imagenet(Tensor x) {
        return x.sub(colour(MEAN, x)).div(colour(DEVIATION, x));
    }

    private static Tensor grey(Tensor x) {
        return x.sub(new Scalar(GREY_MEAN)).div(new Scalar(GREY_DEVIATION));
    }

    private static Tensor colour(float[] values, Tensor x) {
        Tensor colour = Tensors.floats(values, 1, 3, 1, 1);
        return x.is_cpu() ? colour : colour.to(x.device(), ScalarType.Float); // 12 bytes, in the queue of the device
    }
}
