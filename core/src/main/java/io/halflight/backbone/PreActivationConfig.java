package io.halflight.backbone;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A residual network whose blocks normalise and activate before they convolve (He et al., arXiv:1603.05027): a
 * WideResNet (arXiv:1605.07146) or a ResNet v2.
 *
 * @param form whose code it follows
 * @param depth of a WideResNet 6n + 4, its groups having n blocks; of a ResNet v2 as in {@link ResNetConfig}
 * @param widen the WideResNet's own widening factor, 1 for a ResNet v2
 * @param width multiplies every channel count, rounded, never below 8
 * @param stem {@link Stem#SMALL} for a WideResNet, that or {@link Stem#IMAGENET} for a ResNet v2
 * @param inputChannels 3 for RGB
 * @param noise what it drops while it learns
 */
record PreActivationConfig(
        PreActivationForm form, int depth, int widen, double width, Stem stem, int inputChannels, Noise noise)
        implements BackboneConfig {
    private static final int GROUPS_OF_WIDE = 3;
    private static final int STEM_OF_WIDE = 16;
    private static final int STEM_OF_V2 = 64;

    PreActivationConfig {
        boolean known =
                form.wide() ? isWideDepth(depth) : !ResNetConfig.layout(depth).isEmpty();
        ResNetConfig.require(known, "depth must be 6n + 4 of a WideResNet, else that of a ResNet", depth);
        ResNetConfig.require(widen > 0 && (form.wide() || widen == 1), "widen must be positive, 1 without", widen);
        ResNetConfig.require(width > 0 && Double.isFinite(width), "width must be positive", width);
        ResNetConfig.require(inputChannels > 0, "inputChannels must be positive", inputChannels);
        if (stem == Stem.RESNET_D || (form.wide() && stem != Stem.SMALL)) {
            throw new IllegalArgumentException("a " + form + " network has no stem " + stem);
        }
    }

    static boolean isWideDepth(int depth) {
        return depth >= 10 && depth % 6 == 4;
    }

    @Override
    public int features() {
        List<BlockShape> blocks = blocks();
        return blocks.get(blocks.size() - 1).out();
    }

    @Override
    public long parameters() {
        long kernel = stem == Stem.IMAGENET ? 7 : 3;
        long sum = inputChannels * kernel * kernel * stemChannels() + 2L * features();
        for (BlockShape block : blocks()) {
            for (ConvShape conv : block.convs()) {
                sum += 2L * conv.in() + (long) conv.in() * conv.out() * conv.kernel() * conv.kernel();
            }
            sum += block.projected() ? (long) block.in() * block.out() : 0;
        }
        return sum;
    }

    @Override
    public Backbone build(InputScale scale) {
        return new PreActivationResNet(this, scale);
    }

    int stemChannels() {
        return channels(form.wide() ? STEM_OF_WIDE : STEM_OF_V2);
    }

    private int channels(int base) {
        return ResNetConfig.channels(base, width);
    }

    private boolean bottleneck() {
        return !form.wide() && depth >= 50;
    }

    private List<Integer> layout() {
        return form.wide() ? Collections.nCopies(GROUPS_OF_WIDE, (depth - 4) / 6) : ResNetConfig.layout(depth);
    }

    /** Every block, in order. */
    List<BlockShape> blocks() {
        List<BlockShape> blocks = new ArrayList<>();
        List<Integer> layout = layout();
        int in = stemChannels();
        for (int group = 0; group < layout.size(); group++) {
            int inner = channels((form.wide() ? STEM_OF_WIDE * widen : STEM_OF_V2) << group);
            int out = bottleneck() ? 4 * inner : inner;
            for (int index = 0; index < layout.get(group); index++) {
                int stride = index == 0 && group > 0 ? 2 : 1;
                boolean projected = stride > 1 || in != out;
                boolean activated = form.activatedShortcut(projected, blocks.isEmpty());
                blocks.add(new BlockShape(group, index, convs(in, inner, out, stride), stride, projected, activated));
                in = out;
            }
        }
        return blocks;
    }

    /** The stride sits on the first 3x3 convolution. */
    private List<ConvShape> convs(int in, int inner, int out, int stride) {
        if (bottleneck()) {
            return List.of(
                    new ConvShape(in, inner, 1, 1),
                    new ConvShape(inner, inner, 3, stride),
                    new ConvShape(inner, out, 1, 1));
        }
        return List.of(new ConvShape(in, out, 3, stride), new ConvShape(out, out, 3, 1));
    }

    /** A convolution and the normalisation before it. */
    record ConvShape(int in, int out, int kernel, int stride) {}

    /**
     * @param group from 0
     * @param index position in its group, from 0
     * @param convs of the residual branch
     * @param projected whether the shortcut has a 1x1 convolution
     * @param activated whether the shortcut starts behind the first activation
     */
    record BlockShape(int group, int index, List<ConvShape> convs, int stride, boolean projected, boolean activated) {
        int in() {
            return convs.get(0).in();
        }

        int out() {
            return convs.get(convs.size() - 1).out();
        }
    }
}
