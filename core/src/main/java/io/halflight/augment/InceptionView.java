package io.halflight.augment;

import static java.util.Objects.requireNonNull;

import io.halflight.data.Picture;
import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * The training view of S4L (arXiv 1905.03670, published code): an Inception crop as TensorFlow samples it, bilinear
 * resize, flip, and for the exemplar and 1 % runs noise in HSV. Values stay in [0, 1]; the paper's networks see them
 * scaled to [-1, 1].
 *
 * <p>The resize averages over all source pixels when it shrinks; TensorFlow's takes two and aliases.
 */
public final class InceptionView implements BatchView {
    /**
     * What the views are drawn from.
     *
     * @param size rows and columns of a view
     * @param channels 1 or 3
     * @param areaMin least area of a crop as a fraction of the picture's, in (0, 1]; the largest is the whole picture
     * @param flipProbability of mirroring left and right
     * @param hsvNoise whether hue, saturation and value change; with one channel only the value does
     */
    public record Config(int size, int channels, double areaMin, double flipProbability, boolean hsvNoise) {
        /** The sampler's own default, which S4L leaves in place; most later work takes 0.08. */
        public static final double AREA_MIN = 0.05;

        public Config {
            if (size < 1) {
                throw new IllegalArgumentException("a view has at least 1 pixel a side, got " + size);
            }
            if (channels != 1 && channels != 3) {
                throw new IllegalArgumentException("a view has 1 or 3 channels, got " + channels);
            }
            if (!(areaMin > 0 && areaMin <= 1)) {
                throw new IllegalArgumentException("areaMin must be above 0 and at most 1, got " + areaMin);
            }
            if (!(flipProbability >= 0 && flipProbability <= 1)) {
                throw new IllegalArgumentException("flipProbability must be from 0 to 1, got " + flipProbability);
            }
        }

        /** S4L's: areas from 0.05, every second view mirrored. */
        public Config(int size, int channels, boolean hsvNoise) {
            this(size, channels, AREA_MIN, 0.5, hsvNoise);
        }
    }

    /** All that chance decides about one view. */
    record Draw(CropBox crop, boolean flip, HsvNoise noise) {}

    private final Config config;
    private final Resizer resizer;

    public InceptionView(Config config) {
        this.config = requireNonNull(config, "config");
        this.resizer = new Resizer(config.size(), config.channels(), Filter.BILINEAR);
    }

    @Override
    public int channels() {
        return config.channels();
    }

    @Override
    public int height() {
        return config.size();
    }

    @Override
    public int width() {
        return config.size();
    }

    @Override
    public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
        paint(picture, draw(random, picture.height(), picture.width()), out, offset);
    }

    @Override
    public int draws() {
        return BatchResizer.DRAWS + (config.hsvNoise() ? BatchHsvNoise.DRAWS : 0);
    }

    @Override
    public void draw(SplittableRandom random, int height, int width, float[] out, int offset) {
        Draw draw = draw(random, height, width);
        BatchResizer.write(draw.crop(), draw.flip(), out, offset);
        if (config.hsvNoise()) {
            BatchHsvNoise.write(draw.noise(), out, offset + BatchResizer.DRAWS);
        }
    }

    @Override
    public Tensor paint(Tensor pixels, float[] draws) {
        return Tensors.resultOf(() -> {
            Tensor table = Upload.floats(draws, pixels.device(), pixels.size(0), draws());
            Tensor view = new BatchResizer(config.size(), config.channels(), Filter.BILINEAR).resize(pixels, table);
            if (config.hsvNoise()) {
                long plane = (long) config.size() * config.size();
                new BatchHsvNoise(table, BatchResizer.DRAWS).apply(view.view(-1, config.channels(), plane));
            }
            return view;
        });
    }

    /** Draws the parameters of a view of a picture of this size; those of the noise only if there is to be any. */
    Draw draw(SplittableRandom random, int height, int width) {
        CropBox crop = CropSampler.TENSORFLOW.sample(random, height, width, config.areaMin(), 1);
        boolean flip = random.nextDouble() < config.flipProbability();
        return new Draw(crop, flip, config.hsvNoise() ? HsvNoise.draw(random) : HsvNoise.NONE);
    }

    /** Carries the parameters out. */
    void paint(Picture picture, Draw draw, float[] out, int offset) {
        resizer.resize(picture, draw.crop(), draw.flip(), out, offset);
        if (config.hsvNoise()) {
            draw.noise().apply(out, offset, config.size() * config.size(), config.channels());
        }
    }
}
