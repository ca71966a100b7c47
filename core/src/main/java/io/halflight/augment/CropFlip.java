package io.halflight.augment;

import io.halflight.data.Picture;
import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** Random resized crop and flip, for fine-tuning, linear evaluation and distillation (SimCLR, appendix B.5 and B.6). */
public final class CropFlip implements BatchView {
    private final int size;
    private final int channels;
    private final double cropMin;
    private final double flipProbability;
    private final Resizer resizer;

    /**
     * Crops as torchvision draws them, resized bilinearly with antialiasing.
     *
     * @param size rows and columns of a view
     * @param channels 1 or 3
     * @param cropMin least area of a crop as a fraction of the picture's, in (0, 1]
     * @param flipProbability of mirroring left and right
     */
    public CropFlip(int size, int channels, double cropMin, double flipProbability) {
        if (!(cropMin > 0 && cropMin <= 1)) {
            throw new IllegalArgumentException("cropMin must be above 0 and at most 1, got " + cropMin);
        }
        if (!(flipProbability >= 0 && flipProbability <= 1)) {
            throw new IllegalArgumentException("flipProbability must be from 0 to 1, got " + flipProbability);
        }
        this.size = size;
        this.channels = channels;
        this.cropMin = cropMin;
        this.flipProbability = flipProbability;
        this.resizer = new Resizer(size, channels, Filter.BILINEAR);
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
        CropBox box = CropSampler.TORCHVISION.sample(random, picture.height(), picture.width(), cropMin, 1);
        resizer.resize(picture, box, random.nextDouble() < flipProbability, out, offset);
    }

    @Override
    public int draws() {
        return BatchResizer.DRAWS;
    }

    @Override
    public void draw(SplittableRandom random, int height, int width, float[] out, int offset) {
        CropBox box = CropSampler.TORCHVISION.sample(random, height, width, cropMin, 1);
        BatchResizer.write(box, random.nextDouble() < flipProbability, out, offset);
    }

    @Override
    public Tensor paint(Tensor pixels, float[] draws) {
        return Tensors.resultOf(() -> {
            Tensor table = Upload.floats(draws, pixels.device(), pixels.size(0), draws());
            return new BatchResizer(size, channels, Filter.BILINEAR).resize(pixels, table);
        });
    }
}
