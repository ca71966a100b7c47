package io.halflight.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * A post-activation ResNet. Depths 10, 18 and 34 are built of basic blocks, 50 to 200 of bottlenecks with the stride on
 * the 3x3 convolution.
 *
 * @param depth 10, 18, 34, 50, 101, 152 or 200
 * @param width multiplies every channel count, rounded, never below 8; 0.25 gives groups of 16, 32, 64, 128
 * @param skRatio squeeze of the selective kernels (0.0625 in SimCLRv2), 0 for none. Basic blocks have no selective
 *     kernels; there it only changes the shortcuts
 * @param stem what precedes the first block
 * @param shortcuts which shortcuts carry a projection
 * @param zeroInitGamma whether every block starts as its shortcut alone
 * @param inputChannels 3 for RGB
 * @param innerWidth multiplies the inner width of bottlenecks only; 2 gives wide_resnet50_2
 * @param noise what it drops while it learns
 */
public record ResNetConfig(
        int depth,
        double width,
        double skRatio,
        Stem stem,
        Shortcuts shortcuts,
        boolean zeroInitGamma,
        int inputChannels,
        double innerWidth,
        Noise noise)
        implements BackboneConfig {
    private static final int MIN_CHANNELS = 8;

    public ResNetConfig {
        require(!layout(depth).isEmpty(), "depth must be one of 10, 18, 34, 50, 101, 152, 200", depth);
        require(width > 0 && Double.isFinite(width), "width must be positive", width);
        require(skRatio >= 0 && skRatio <= 1, "skRatio must be 0 to 1", skRatio);
        require(inputChannels > 0, "inputChannels must be positive", inputChannels);
        require(innerWidth > 0 && Double.isFinite(innerWidth), "innerWidth must be positive", innerWidth);
        require(innerWidth == 1 || depth >= 50, "innerWidth needs bottlenecks, depth 50 or more", innerWidth);
    }

    /** A network that drops nothing. */
    public ResNetConfig(
            int depth,
            double width,
            double skRatio,
            Stem stem,
            Shortcuts shortcuts,
            boolean zeroInitGamma,
            int inputChannels,
            double innerWidth) {
        this(depth, width, skRatio, stem, shortcuts, zeroInitGamma, inputChannels, innerWidth, Noise.NONE);
    }

    /** Blocks in each group, none for an unknown depth. */
    static List<Integer> layout(int depth) {
        return switch (depth) {
            case 10 -> List.of(1, 1, 1, 1);
            case 18 -> List.of(2, 2, 2, 2);
            case 34, 50 -> List.of(3, 4, 6, 3);
            case 101 -> List.of(3, 4, 23, 3);
            case 152 -> List.of(3, 8, 36, 3);
            case 200 -> List.of(3, 24, 36, 3);
            default -> List.of();
        };
    }

    static void require(boolean holds, String expectation, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(expectation + ", got " + value);
        }
    }

    @Override
    public int features() {
        return channels(512) * expansion();
    }

    @Override
    public long parameters() {
        long half = stemHalf();
        long stemParameters = switch (stem) {
            case IMAGENET -> convAndNorm(inputChannels, stemChannels(), 7);
            case SMALL -> convAndNorm(inputChannels, stemChannels(), 3);
            case RESNET_D ->
                convAndNorm(inputChannels, half, 3) + convAndNorm(half, half, 3) + convAndNorm(half, stemChannels(), 3);
        };
        return stemParameters + blocks().stream().mapToLong(this::parameters).sum();
    }

    private long parameters(BlockShape block) {
        long shortcut = block.projected() ? convAndNorm(block.in(), block.out(), 1) : 0;
        if (!bottleneck()) {
            return convAndNorm(block.in(), block.out(), 3) + convAndNorm(block.out(), block.out(), 3) + shortcut;
        }
        long inner = block.inner();
        long middle = convAndNorm(inner, inner, 3);
        if (skRatio > 0) {
            long squeezed = SelectiveKernel.squeezed(block.inner(), skRatio);
            middle = convAndNorm(inner, 2 * inner, 3) + convAndNorm(inner, squeezed, 1) + squeezed * 2 * inner;
        }
        return convAndNorm(block.in(), inner, 1) + middle + convAndNorm(inner, block.out(), 1) + shortcut;
    }

    private static long convAndNorm(long in, long out, long kernel) {
        return in * out * kernel * kernel + 2 * out;
    }

    @Override
    public Backbone build(InputScale scale) {
        return new ResNet(this, scale);
    }

    boolean bottleneck() {
        return depth >= 50;
    }

    /** ResNet-D's pooled shortcuts come with its stem and, in SimCLRv2, with selective kernels whatever the stem. */
    boolean pooledShortcuts() {
        return stem == Stem.RESNET_D || skRatio > 0;
    }

    int stemChannels() {
        return channels(64);
    }

    /** Width of the first two of the three convolutions of ResNet-D's stem. */
    int stemHalf() {
        return channels(32);
    }

    /** Every block, in order. */
    List<BlockShape> blocks() {
        List<BlockShape> blocks = new ArrayList<>();
        List<Integer> layout = layout(depth);
        int in = stemChannels();
        for (int group = 0; group < layout.size(); group++) {
            int planes = channels(64 << group);
            int inner = Math.max(MIN_CHANNELS, (int) Math.round(planes * innerWidth));
            int out = planes * expansion();
            for (int index = 0; index < layout.get(group); index++) {
                int stride = index == 0 && group > 0 ? 2 : 1;
                boolean reshaped = stride > 1 || in != out;
                boolean projected = reshaped || (shortcuts == Shortcuts.SIMCLR && index == 0);
                blocks.add(new BlockShape(group + 1, index, in, inner, out, stride, projected));
                in = out;
            }
        }
        return blocks;
    }

    private int expansion() {
        return bottleneck() ? 4 : 1;
    }

    private int channels(int base) {
        return channels(base, width);
    }

    static int channels(int base, double width) {
        return Math.max(MIN_CHANNELS, (int) Math.round(base * width));
    }

    /**
     * @param group 1 to 4
     * @param index position in its group, from 0
     * @param inner width of a bottleneck's 3x3 convolution
     * @param projected whether the shortcut carries a projection
     */
    record BlockShape(int group, int index, int in, int inner, int out, int stride, boolean projected) {}
}
