package io.halflight.backbone;

import io.halflight.HalflightException;
import java.util.List;

/**
 * A backbone in words and numbers, as recipes and model files hold it.
 *
 * @param name one of {@link Backbones#names}
 * @param width multiplies the channel counts; 1 is the published network
 * @param sk squeeze ratio of selective kernels, 0 for none; SimCLRv2 uses 0.0625
 * @param stem {@code auto}, {@code imagenet}, {@code resnet-d} or {@code small}; {@code auto} is {@code small} up to 32
 *     pixels, else {@code resnet-d} with selective kernels, else {@code imagenet}
 * @param shortcuts {@code simclr} or {@code torchvision}
 * @param size side of the pictures in pixels
 * @param channels of the pictures, 3 for RGB
 * @param normalise what the network does to its input first: {@code none}, {@code imagenet} or {@code symmetric}
 */
public record BackboneSpec(
        String name, double width, double sk, String stem, String shortcuts, int size, int channels, String normalise) {
    /** The names of {@link InputScale} in recipes. */
    private static final List<String> SCALES = List.of("none", "imagenet", "symmetric");

    private static final List<String> STEMS = List.of("auto", "imagenet", "resnet-d", "small");
    private static final List<String> SHORTCUTS = List.of("simclr", "torchvision");
    private static final int LARGEST_SMALL = 32;

    public BackboneSpec {
        check(width > 0 && width <= 16, "backbone width must be above 0 and at most 16", width);
        check(sk >= 0 && sk <= 1, "backbone sk must be 0 to 1", sk);
        check(STEMS.contains(stem), "backbone stem must be one of " + String.join(", ", STEMS), stem);
        check(SHORTCUTS.contains(shortcuts), "backbone shortcuts must be simclr or torchvision", shortcuts);
        check(size > 0, "picture size must be positive", size);
        check(channels > 0, "picture channels must be positive", channels);
        check(SCALES.contains(normalise), "backbone normalise must be one of " + String.join(", ", SCALES), normalise);
    }

    /** A network that takes pictures as they are. */
    public BackboneSpec(String name, double width, double sk, String stem, String shortcuts, int size, int channels) {
        this(name, width, sk, stem, shortcuts, size, channels, "none");
    }

    /** The published network by that name for RGB pictures of that size, with SimCLR's shortcuts. */
    public static BackboneSpec of(String name, int size) {
        return new BackboneSpec(name, 1, 0, "auto", "simclr", size, 3);
    }

    private static void check(boolean holds, String expectation, Object value) {
        if (!holds) {
            throw HalflightException.usage(expectation + ", got " + value);
        }
    }

    Stem resolvedStem() {
        return switch (stem) {
            case "imagenet" -> Stem.IMAGENET;
            case "resnet-d" -> Stem.RESNET_D;
            case "small" -> Stem.SMALL;
            default -> size <= LARGEST_SMALL ? Stem.SMALL : sk > 0 ? Stem.RESNET_D : Stem.IMAGENET;
        };
    }

    Shortcuts resolvedShortcuts() {
        return shortcuts.equals("simclr") ? Shortcuts.SIMCLR : Shortcuts.TORCHVISION;
    }
}
