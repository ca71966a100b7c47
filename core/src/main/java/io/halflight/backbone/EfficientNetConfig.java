package io.halflight.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * An EfficientNet (Tan and Le, arXiv:1905.11946): B0 found by search, B1 to B7 scaled in width, depth and resolution
 * together.
 *
 * @param variant 0 to 7
 * @param tensorflow whether normalisations have the paper's momentum and epsilon instead of torchvision's
 * @param width multiplies every channel count beside the variant's own factor
 * @param small whether stages 2 and 3 keep the side, for pictures of 32 pixels; the stem halves it all the same
 * @param inputChannels 3 for RGB
 * @param noise what it drops while it learns
 */
record EfficientNetConfig(int variant, boolean tensorflow, double width, boolean small, int inputChannels, Noise noise)
        implements BackboneConfig {
    static final int VARIANTS = 8;

    /** Stochastic depth of every variant (Noisy Student, arXiv:1911.04252: survival 0.8 at the end). */
    private static final double DROP_PATH = 0.2;

    private static final double[] WIDTH = {1, 1, 1.1, 1.2, 1.4, 1.6, 1.8, 2};
    private static final double[] DEPTH = {1, 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1};
    private static final double[] DROPOUT = {0.2, 0.2, 0.3, 0.3, 0.4, 0.4, 0.5, 0.5};

    private static final int STEM = 32;

    /** The last convolution widens by this, B0's 320 to 1280. */
    private static final int LAST = 4;

    private static final int SQUEEZE = 4;
    private static final int MULTIPLE = 8;

    private record Stage(int repeat, int kernel, int stride, int expand, int out) {}

    private static final List<Stage> STAGES = List.of(
            new Stage(1, 3, 1, 1, 16),
            new Stage(2, 3, 2, 6, 24),
            new Stage(2, 5, 2, 6, 40),
            new Stage(3, 3, 2, 6, 80),
            new Stage(3, 5, 1, 6, 112),
            new Stage(4, 5, 2, 6, 192),
            new Stage(1, 3, 1, 6, 320));

    EfficientNetConfig {
        ResNetConfig.require(variant >= 0 && variant < VARIANTS, "variant must be 0 to 7", variant);
        ResNetConfig.require(width > 0 && Double.isFinite(width), "width must be positive", width);
        ResNetConfig.require(inputChannels > 0, "inputChannels must be positive", inputChannels);
    }

    /** What the papers drop: 0.2 of the last branch, and more features the larger the network. */
    static Noise noise(int variant) {
        return new Noise(DROP_PATH, DROPOUT[variant]);
    }

    @Override
    public int features() {
        return LAST * lastBlock().out();
    }

    @Override
    public long parameters() {
        long sum = convAndNorm(inputChannels, stemChannels(), 3)
                + convAndNorm(lastBlock().out(), features(), 1);
        for (BlockShape b : blocks()) {
            long inner = b.inner();
            long squeezed = b.squeezed();
            sum += b.expand() == 1 ? 0 : convAndNorm(b.in(), inner, 1);
            sum += convAndNorm(1, inner, b.kernel()); // depthwise
            sum += 2 * inner * squeezed + squeezed + inner;
            sum += convAndNorm(inner, b.out(), 1);
        }
        return sum;
    }

    private static long convAndNorm(long in, long out, long kernel) {
        return in * out * kernel * kernel + 2 * out;
    }

    @Override
    public Backbone build(InputScale scale) {
        return new EfficientNet(this, scale);
    }

    /** torchvision gives its two largest networks the paper's numbers, too. */
    boolean tensorflowNorms() {
        return tensorflow || variant >= 5;
    }

    int stemChannels() {
        return channels(STEM);
    }

    private BlockShape lastBlock() {
        List<BlockShape> blocks = blocks();
        return blocks.get(blocks.size() - 1);
    }

    /** Every block, in order. */
    List<BlockShape> blocks() {
        List<BlockShape> blocks = new ArrayList<>();
        int in = stemChannels();
        for (int i = 0; i < STAGES.size(); i++) {
            Stage stage = STAGES.get(i);
            int out = channels(stage.out());
            int repeat = (int) Math.ceil(stage.repeat() * DEPTH[variant]);
            boolean keepsSide = small && (i == 1 || i == 2);
            for (int index = 0; index < repeat; index++) {
                int stride = index > 0 || keepsSide ? 1 : stage.stride();
                blocks.add(new BlockShape(i + 1, index, in, out, stage.kernel(), stride, stage.expand()));
                in = out;
            }
        }
        return blocks;
    }

    /** Rounded to a multiple of 8, never to less than nine tenths. */
    private int channels(int base) {
        double wanted = base * WIDTH[variant] * width;
        int rounded = Math.max(MULTIPLE, (int) (wanted + MULTIPLE / 2.0) / MULTIPLE * MULTIPLE);
        return rounded < 0.9 * wanted ? rounded + MULTIPLE : rounded;
    }

    /**
     * @param stage 1 to 7
     * @param index position in its stage, from 0
     */
    record BlockShape(int stage, int index, int in, int out, int kernel, int stride, int expand) {
        /** Channels of the depthwise convolution. */
        int inner() {
            return in * expand;
        }

        /** A quarter of the block's input, not of the depthwise convolution's. */
        int squeezed() {
            return Math.max(1, in / SQUEEZE);
        }

        boolean residual() {
            return stride == 1 && in == out;
        }
    }
}
