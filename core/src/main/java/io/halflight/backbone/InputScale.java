package io.halflight.backbone;

import static io.halflight.nn.Functional.standardise;

import java.util.Locale;
import org.bytedeco.pytorch.Tensor;

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

    private static final float[] HALF = {0.5f};

    /** On grey pictures: the means of the three. */
    private static final float[] GREY_MEAN = {0.449f};

    private static final float[] GREY_DEVIATION = {0.226f};

    /** By its name in recipes: none, imagenet, symmetric. */
    static InputScale of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Applies it to [N, C, H, W] of one or three channels. */
    Tensor apply(Tensor x) {
        return switch (this) {
            case NONE -> x;
            case SYMMETRIC -> standardise(x, HALF, HALF);
            case IMAGENET ->
                x.size(1) == 3 ? standardise(x, MEAN, DEVIATION) : standardise(x, GREY_MEAN, GREY_DEVIATION);
        };
    }
}
