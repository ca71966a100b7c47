package io.halflight.augment;

import static java.util.Objects.requireNonNull;

import io.halflight.data.Picture;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/**
 * One view for contrastive learning: random resized crop, flip, colour jitter in random order, grey, blur, solarise
 * (SimCLR, arXiv 2002.05709, appendix A; BYOL, arXiv 2006.07733, appendix B), and, in neither paper, cutout. Grey views (one channel) take brightness
 * and contrast only; a colour picture becomes luma for them, and a grey picture is repeated for three channels.
 */
public final class SimClrView implements BatchView {
    /**
     * What the views are drawn from. Ranges follow the strength s: brightness and contrast 0.8s, hue 0.2s of a full
     * turn; BYOL's saturation is weaker than its contrast, hence a value of its own.
     *
     * @param size rows and columns of a view
     * @param channels 1 or 3
     * @param strength s of the colour jitter, 0 to 2.5; 1 in the ImageNet experiments, 0.5 on CIFAR-10
     * @param cropMin least area of a crop as a fraction of the picture's, in (0, 1]
     * @param cropMax largest area, in [cropMin, 1]
     * @param jitterProbability of the four operations together
     * @param greyProbability independent of the jitter
     * @param flipProbability of mirroring left and right
     * @param blurProbability of a Gaussian blur with sigma from 0.1 to 2; never visible below 20 pixels a side, where
     *     the kernel of a tenth of the side is a single pixel
     * @param crop how crops are drawn
     * @param colour whose contrast, saturation, blur and resize filter
     * @param brightness factor or shift
     * @param solariseProbability of turning values x of at least 1/2 into 1 - x
     * @param saturation half the width of the range of saturation factors around 1
     * @param cutout side of a square of middle grey laid over every view after all else, as a share of the view's side
     *     from 0 (none) to 1; see {@link Cutout}
     */
    public record Config(
            int size,
            int channels,
            double strength,
            double cropMin,
            double cropMax,
            double jitterProbability,
            double greyProbability,
            double flipProbability,
            double blurProbability,
            CropSampler crop,
            ColourSemantics colour,
            Brightness brightness,
            double solariseProbability,
            double saturation,
            double cutout) {
        public Config {
            requireNonNull(crop, "crop");
            requireNonNull(colour, "colour");
            requireNonNull(brightness, "brightness");
            if (size < 1) {
                throw new IllegalArgumentException("a view has at least 1 pixel a side, got " + size);
            }
            if (channels != 1 && channels != 3) {
                throw new IllegalArgumentException("a view has 1 or 3 channels, got " + channels);
            }
            between("strength", strength, 0, 2.5);
            between("cropMax", cropMax, 0, 1);
            between("cropMin", cropMin, 0, cropMax);
            if (cropMin == 0) {
                throw new IllegalArgumentException("cropMin must be above 0: a crop has some area");
            }
            between("jitterProbability", jitterProbability, 0, 1);
            between("greyProbability", greyProbability, 0, 1);
            between("flipProbability", flipProbability, 0, 1);
            between("blurProbability", blurProbability, 0, 1);
            between("solariseProbability", solariseProbability, 0, 1);
            between("saturation", saturation, 0, Double.MAX_VALUE);
            between("cutout", cutout, 0, 1);
        }

        /** Without solarise and cutout, saturation in SimCLR's proportion of 0.8s. */
        public Config(
                int size,
                int channels,
                double strength,
                double cropMin,
                double cropMax,
                double jitterProbability,
                double greyProbability,
                double flipProbability,
                double blurProbability,
                CropSampler crop,
                ColourSemantics colour,
                Brightness brightness) {
            this(
                    size,
                    channels,
                    strength,
                    cropMin,
                    cropMax,
                    jitterProbability,
                    greyProbability,
                    flipProbability,
                    blurProbability,
                    crop,
                    colour,
                    brightness,
                    0,
                    0.8 * strength,
                    0);
        }

        /** SimCLR on ImageNet, appendix A: s = 1, blur of every second view. */
        public static Config imagenet(int size) {
            return simClr(size, 1, 0.5);
        }

        /** SimCLR on CIFAR-10, appendix B.9: s = 0.5 and no blur. */
        public static Config cifar(int size) {
            return simClr(size, 0.5, 0);
        }

        /** BYOL's first view, T of table 6: always blurred, never solarised. */
        public static Config byolFirst(int size) {
            return byol(size, 1, 0);
        }

        /** BYOL's second view, T' of table 6: blurred one time in ten, solarised one time in five. */
        public static Config byolSecond(int size) {
            return byol(size, 0.1, 0.2);
        }

        private static Config simClr(int size, double strength, double blur) {
            return new Config(
                    size,
                    3,
                    strength,
                    0.08,
                    1,
                    0.8,
                    0.2,
                    0.5,
                    blur,
                    CropSampler.TORCHVISION,
                    ColourSemantics.TORCHVISION,
                    Brightness.MULTIPLY);
        }

        private static Config byol(int size, double blur, double solarise) {
            return new Config(
                    size,
                    3,
                    0.5,
                    0.08,
                    1,
                    0.8,
                    0.2,
                    0.5,
                    blur,
                    CropSampler.BYOL,
                    ColourSemantics.TENSORFLOW,
                    Brightness.ADD,
                    solarise,
                    0.2,
                    0);
        }

        private static void between(String name, double value, double from, double to) {
            if (!(value >= from && value <= to)) {
                throw new IllegalArgumentException("%s must be from %s to %s, got %s".formatted(name, from, to, value));
            }
        }
    }

    private final Config config;
    private final Resizer resizer;

    public SimClrView(Config config) {
        this.config = config;
        this.resizer =
                new Resizer(config.size(), config.channels(), config.colour().filter());
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
        return ViewParameters.DRAWS;
    }

    @Override
    public void draw(SplittableRandom random, int height, int width, float[] out, int offset) {
        draw(random, height, width).write(out, offset);
    }

    @Override
    public Tensor paint(Tensor pixels, float[] draws) {
        return new SimClrBatch(config, draws).paint(pixels);
    }

    /** Draws the parameters of a view of a picture of this size. */
    ViewParameters draw(SplittableRandom random, int height, int width) {
        CropBox box = config.crop().sample(random, height, width, config.cropMin(), config.cropMax());
        boolean flip = random.nextDouble() < config.flipProbability();
        boolean jitter = random.nextDouble() < config.jitterProbability();
        int order = 0;
        float brightness = 1;
        float contrast = 1;
        float saturation = 1;
        float hue = 0;
        if (jitter) {
            double half = 0.8 * config.strength();
            order = random.nextInt(Colour.ORDERS.length);
            brightness = config.brightness() == Brightness.MULTIPLY
                    ? factor(random, half)
                    : (float) (half * (2 * random.nextDouble() - 1));
            contrast = factor(random, half);
            saturation = factor(random, config.saturation());
            hue = (float) (0.2 * config.strength() * (2 * random.nextDouble() - 1));
        }
        boolean grey = random.nextDouble() < config.greyProbability();
        float sigma = random.nextDouble() < config.blurProbability() ? (float) (0.1 + 1.9 * random.nextDouble()) : 0;
        boolean solarise = random.nextDouble() < config.solariseProbability();
        CropBox hole = config.cutout() > 0
                ? Cutout.draw(random, config.size(), config.size(), Cutout.side(config.cutout(), config.size()))
                : CropBox.NONE;
        return new ViewParameters(
                box, flip, jitter, order, brightness, contrast, saturation, hue, grey, sigma, solarise, hole);
    }

    /** Carries the parameters out. */
    void paint(Picture picture, ViewParameters p, float[] out, int offset) {
        int size = config.size();
        int plane = size * size;
        resizer.resize(picture, p.crop(), p.flip(), out, offset);
        Colour.apply(p, config.colour(), config.brightness(), out, offset, plane, config.channels());
        if (p.sigma() > 0) {
            Padding padding = config.colour().blurPadding();
            Blur.apply(out, offset, size, config.channels(), Blur.radius(size), p.sigma(), padding);
        }
        if (p.solarise()) {
            Colour.solarise(out, offset, config.channels() * plane);
        }
        Cutout.paint(p.hole(), out, offset, size, size, config.channels(), Fill.MIDDLE_GREY);
    }

    private static float factor(SplittableRandom random, double half) {
        double least = Math.max(0, 1 - half);
        return (float) (least + (1 + half - least) * random.nextDouble());
    }
}
