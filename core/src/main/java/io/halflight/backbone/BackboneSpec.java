package io.halflight.backbone;

import io.halflight.HalflightException;
import java.util.List;
import java.util.Locale;

/**
 * A backbone in words and numbers, as recipes and model files hold it.
 *
 * @param name one of {@link Backbones#names}
 * @param width multiplies the channel counts; 1 is the published network
 * @param sk squeeze ratio of selective kernels, 0 for none; SimCLRv2 uses 0.0625. ResNets of the first version alone
 * @param stem {@code auto}, {@code imagenet}, {@code resnet-d} or {@code small}; {@code auto} is {@code small} up to 32
 *     pixels, else {@code resnet-d} with selective kernels, else {@code imagenet}. A WideResNet is always small; an
 *     EfficientNet's small form keeps its stem and halves the side twice less
 * @param shortcuts {@code simclr} or {@code torchvision}; decides ResNets of the first version alone
 * @param size side of the pictures in pixels
 * @param channels of the pictures, 3 for RGB
 * @param normalise what the network does to its input first: {@code none}, {@code imagenet} or {@code symmetric}
 * @param dropPath stochastic depth in training: the rate that residual branches are dropped at grows by block from 0 to
 *     this; {@link #OWN} for the network's own, 0.2 in EfficientNet and 0 elsewhere
 * @param dropout share of the features that a classifier on top drops in training; {@link #OWN} for the network's own,
 *     0.2 to 0.5 in EfficientNet and 0 elsewhere
 */
public record BackboneSpec(
        String name,
        double width,
        double sk,
        String stem,
        String shortcuts,
        int size,
        int channels,
        String normalise,
        double dropPath,
        double dropout) {
    /** The rate of the published network. */
    public static final double OWN = -1;

    /** The names of {@link InputScale} in recipes. */
    private static final List<String> SCALES = List.of("none", "imagenet", "symmetric");

    private static final List<String> STEMS = List.of("auto", "imagenet", "resnet-d", "small");
    private static final List<String> SHORTCUTS = List.of("simclr", "torchvision");
    private static final int LARGEST_SMALL = 32;

    /** One view then has 200 MB. */
    private static final int MOST_SIDE = 4096;

    private static final int MOST_CHANNELS = 64;

    public BackboneSpec {
        check(width > 0 && width <= 16, "backbone width must be above 0 and at most 16", width);
        check(sk >= 0 && sk <= 1, "backbone sk must be 0 to 1", sk);
        check(STEMS.contains(stem), "backbone stem must be one of " + String.join(", ", STEMS), stem);
        check(SHORTCUTS.contains(shortcuts), "backbone shortcuts must be simclr or torchvision", shortcuts);
        check(size > 0 && size <= MOST_SIDE, "picture size must be 1 to " + MOST_SIDE, size);
        check(channels > 0 && channels <= MOST_CHANNELS, "picture channels must be 1 to " + MOST_CHANNELS, channels);
        check(SCALES.contains(normalise), "backbone normalise must be one of " + String.join(", ", SCALES), normalise);
        check(isRate(dropPath), "backbone drop_path must be at least 0 and below 1, or -1", dropPath);
        check(isRate(dropout), "backbone dropout must be at least 0 and below 1, or -1", dropout);
    }

    /** A network that drops what the published one drops. */
    public BackboneSpec(
            String name,
            double width,
            double sk,
            String stem,
            String shortcuts,
            int size,
            int channels,
            String normalise) {
        this(name, width, sk, stem, shortcuts, size, channels, normalise, OWN, OWN);
    }

    /** A network that takes pictures as they are. */
    public BackboneSpec(String name, double width, double sk, String stem, String shortcuts, int size, int channels) {
        this(name, width, sk, stem, shortcuts, size, channels, "none");
    }

    /** The published network by that name for RGB pictures of that size, with SimCLR's shortcuts. */
    public static BackboneSpec of(String name, int size) {
        return new BackboneSpec(name, 1, 0, "auto", "simclr", size, 3);
    }

    /** Whether a drop rate is given or left to the network. */
    public static boolean isRate(double rate) {
        return rate == OWN || (rate >= 0 && rate < 1);
    }

    /**
     * Whether weights of the other network fit this one and mean the same; what is dropped in training, and the size of the
     * pictures, may differ.
     */
    public boolean sameNetwork(BackboneSpec other) {
        return dropping(OWN, OWN).resized(1).equals(other.dropping(OWN, OWN).resized(1));
    }

    /** The same network with other drop rates. */
    public BackboneSpec dropping(double dropPath, double dropout) {
        return new BackboneSpec(name, width, sk, stem, shortcuts, size, channels, normalise, dropPath, dropout);
    }

    /** The same network for pictures of another size: a stem that follows the size stays what it was. */
    public BackboneSpec resized(int newSize) {
        boolean follows = stem.equals("auto") && !name.startsWith("wrn"); // which has one stem at any size
        String settled =
                follows ? resolvedStem().name().toLowerCase(Locale.ROOT).replace('_', '-') : stem;
        return newSize == size
                ? this
                : new BackboneSpec(
                        name, width, sk, settled, shortcuts, newSize, channels, normalise, dropPath, dropout);
    }

    private static void check(boolean holds, String expectation, Object value) {
        if (!holds) {
            throw HalflightException.usage(expectation + ", got " + value);
        }
    }

    /** What {@code auto} means for pictures of that size. */
    public Stem resolvedStem() {
        return switch (stem) {
            case "imagenet" -> Stem.IMAGENET;
            case "resnet-d" -> Stem.RESNET_D;
            case "small" -> Stem.SMALL;
            default -> size <= LARGEST_SMALL ? Stem.SMALL : sk > 0 ? Stem.RESNET_D : Stem.IMAGENET;
        };
    }

    /** The rates as they are used, given the network's own. */
    Noise noise(Noise own) {
        return new Noise(dropPath == OWN ? own.dropPath() : dropPath, dropout == OWN ? own.dropout() : dropout);
    }

    Shortcuts resolvedShortcuts() {
        return shortcuts.equals("simclr") ? Shortcuts.SIMCLR : Shortcuts.TORCHVISION;
    }
}
