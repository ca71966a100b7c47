package io.halflight.augment;

import static java.util.Objects.requireNonNull;

import io.halflight.data.Picture;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The usual augmentation of supervised training on small pictures: pad every side, cut a square of the original size at
 * a random place, flip. Pictures of another size are first brought to it as by {@link CentreView}.
 */
public final class PadCropFlip implements BatchView {
    private final int size;
    private final int channels;
    private final int pad;
    private final Padding padding;
    private final double flipProbability;
    private final CentreView whole;

    /**
     * @param size rows and columns of a view
     * @param channels 1 or 3
     * @param pad pixels added on every side, 0 to size - 1; 4 for CIFAR's 32
     * @param padding what they show
     * @param flipProbability of mirroring left and right
     */
    public PadCropFlip(int size, int channels, int pad, Padding padding, double flipProbability) {
        if (pad < 0 || pad >= size) {
            throw new IllegalArgumentException("pad must be from 0 to %d, got %d".formatted(size - 1, pad));
        }
        if (!(flipProbability >= 0 && flipProbability <= 1)) {
            throw new IllegalArgumentException("flipProbability must be from 0 to 1, got " + flipProbability);
        }
        this.size = size;
        this.channels = channels;
        this.pad = pad;
        this.padding = requireNonNull(padding, "padding");
        this.flipProbability = flipProbability;
        this.whole = new CentreView(size, channels);
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public int height() {
        return size;
    }

    @Override
    public int width() {
        return size;
    }

    @Override
    public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
        Draw draw = draw(random);
        paint(picture, draw.down(), draw.right(), draw.flip(), out, offset);
    }

    /** All that chance decides about one view, see {@link #paint}. */
    record Draw(int down, int right, boolean flip) {}

    private Draw draw(SplittableRandom random) {
        int down = random.nextInt(2 * pad + 1) - pad;
        int right = random.nextInt(2 * pad + 1) - pad;
        return new Draw(down, right, random.nextDouble() < flipProbability);
    }

    @Override
    public int draws() {
        return BatchPadCropFlip.DRAWS;
    }

    @Override
    public void draw(SplittableRandom random, int height, int width, float[] out, int offset) {
        CentreView.Axis down = whole.axis(height, width);
        CentreView.Axis across = whole.axis(width, height);
        BatchPadCropFlip.write(draw(random), down, across, out, offset);
    }

    @Override
    public Tensor paint(Tensor pixels, float[] draws) {
        return new BatchPadCropFlip(new BatchResizer(size, channels, whole.filter), size, padding).paint(pixels, draws);
    }

    /** The square whose corner lies {@code down} and {@code right} of the picture's. */
    void paint(Picture picture, int down, int right, boolean flip, float[] out, int offset) {
        if (padding == Padding.REFLECT && whole.isWhole(picture)) { // 3 us at 32 pixels instead of 9
            Canvas canvas = Scratch.local().canvas;
            canvas.load(picture);
            canvas.store(down, right, flip, out, offset);
            return;
        }
        float[] from = Scratch.local().view(channels * size * size);
        whole.show(picture, from, 0);
        for (int line = 0; line < channels * size; line++) {
            int y = padding.index(line % size + down, size);
            int to = offset + line * size;
            if (y < 0) {
                Arrays.fill(out, to, to + size, 0);
                continue;
            }
            int row = (line / size * size + y) * size;
            for (int i = 0; i < size; i++) {
                int x = padding.index((flip ? size - 1 - i : i) + right, size);
                out[to + i] = x < 0 ? 0 : from[row + x];
            }
        }
    }
}
