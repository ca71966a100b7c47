package io.halflight.augment;

import static java.util.Objects.requireNonNull;

import io.halflight.data.Picture;
import io.halflight.data.Transform;
import java.util.SplittableRandom;

/**
 * The strongly augmented view of consistency training and of noisy students: {@link RandAugment}, cutout, flip and
 * shift. The order is the reference's of each flavour:
 *
 * <ul>
 *   <li>UDA (arXiv 1904.12848, code): RandAugment, cutout, then a flip and shift of its own;
 *   <li>NOISY_STUDENT (arXiv 1911.04252, code for 32 pixels): the same;
 *   <li>FIXMATCH (arXiv 2001.07685, section 2.3 and code): flip and shift, RandAugment, cutout;
 *   <li>TORCHVISION: the same, as its reference scripts crop and flip first.
 * </ul>
 *
 * <p>That is the form for small pictures, which are first brought to the view's size as by {@link CentreView} and shifted
 * as by {@link PadCropFlip} with reflected borders. With {@code cropMin} below 1, for photographs, every flavour starts
 * with an Inception crop and a flip instead, then come RandAugment and cutout (Noisy Student on ImageNet).
 *
 * <p>A grey view (one channel) takes every operation; Color leaves it as it is. Levels are whole numbers throughout.
 */
public final class StrongView implements Transform {
    /**
     * What the views are drawn from.
     *
     * @param size rows and columns of a view
     * @param channels 1 or 3
     * @param augment the operations
     * @param cutout side of the square that is covered in every view, as a share of the view's side from 0 (none) to 1
     * @param flip probability of mirroring left and right
     * @param shift farthest shift each way as a share of the side, at least 0 and below 1, rounded down to pixels; 0.125
     *     is 4 pixels of 32. Not used with {@code cropMin} below 1
     * @param cropMin least area of an Inception crop as a fraction of the picture's, in (0, 1]; 1 for no crop
     */
    public record Config(
            int size,
            int channels,
            RandAugment.Config augment,
            double cutout,
            double flip,
            double shift,
            double cropMin) {
        public Config {
            requireNonNull(augment, "augment");
            if (size < 1) {
                throw new IllegalArgumentException("a view has at least 1 pixel a side, got " + size);
            }
            if (channels != 1 && channels != 3) {
                throw new IllegalArgumentException("a view has 1 or 3 channels, got " + channels);
            }
            if (!(cutout >= 0 && cutout <= 1)) {
                throw new IllegalArgumentException("cutout must be from 0 to 1, got " + cutout);
            }
            if (!(flip >= 0 && flip <= 1)) {
                throw new IllegalArgumentException("flip must be from 0 to 1, got " + flip);
            }
            if (!(shift >= 0 && shift < 1)) {
                throw new IllegalArgumentException("shift must be at least 0 and below 1, got " + shift);
            }
            if (!(cropMin > 0 && cropMin <= 1)) {
                throw new IllegalArgumentException("cropMin must be above 0 and at most 1, got " + cropMin);
            }
        }

        /** UDA on CIFAR-10: a square of 16 of 32 pixels, flips, shifts by up to 4. */
        public static Config uda(int size, int channels) {
            return small(size, channels, RandAugment.Config.of(RandAugmentFlavour.UDA));
        }

        /** FixMatch with RandAugment on CIFAR-10. */
        public static Config fixMatch(int size, int channels) {
            return small(size, channels, RandAugment.Config.of(RandAugmentFlavour.FIXMATCH));
        }

        /** Noisy Student's form for 32 pixels; without the flip on digits. */
        public static Config noisyStudentSmall(int size, int channels, int magnitude) {
            return small(size, channels, RandAugment.Config.of(RandAugmentFlavour.NOISY_STUDENT, magnitude));
        }

        /** Noisy Student on ImageNet: crops of at least 8 % of the picture, M = 27, no square beside the operation's. */
        public static Config noisyStudent(int size, int channels) {
            RandAugment.Config augment = RandAugment.Config.of(RandAugmentFlavour.NOISY_STUDENT);
            return new Config(size, channels, augment, 0, 0.5, 0, 0.08);
        }

        private static Config small(int size, int channels, RandAugment.Config augment) {
            return new Config(size, channels, augment, 0.5, 0.5, 0.125, 1);
        }

        /** The same with another fill, such as the mean of the data set. */
        public Config withFill(Fill fill) {
            return new Config(size, channels, augment.withFill(fill), cutout, flip, shift, cropMin);
        }
    }

    private final Config config;
    private final RandAugment augment;
    private final boolean shiftFirst;
    private final int pad;
    private final int side;
    private final CentreView whole;
    private final Resizer resizer;

    public StrongView(Config config) {
        this.config = requireNonNull(config, "config");
        augment = new RandAugment(config.augment());
        shiftFirst = switch (config.augment().flavour()) {
            case UDA, NOISY_STUDENT -> false;
            case FIXMATCH, TORCHVISION -> true;
        };
        pad = (int) (config.shift() * config.size());
        side = Cutout.side(config.cutout(), config.size());
        whole = new CentreView(config.size(), config.channels());
        resizer = new Resizer(config.size(), config.channels(), Filter.BILINEAR);
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
        Canvas canvas = Scratch.local().canvas;
        if (config.cropMin() < 1) {
            crop(canvas, picture, random);
            distort(canvas, random);
            canvas.store(out, offset);
        } else if (shiftFirst) {
            whole.show(picture, canvas);
            canvas.shift(shift(random), shift(random), flip(random));
            distort(canvas, random);
            canvas.store(out, offset);
        } else {
            whole.show(picture, canvas);
            distort(canvas, random);
            canvas.store(shift(random), shift(random), flip(random), out, offset);
        }
    }

    private void distort(Canvas canvas, SplittableRandom random) {
        augment.apply(canvas, random);
        if (side > 0) {
            int size = config.size();
            canvas.cover(Cutout.draw(random, size, size, side), config.augment().fill());
        }
    }

    private int shift(SplittableRandom random) {
        return random.nextInt(2 * pad + 1) - pad;
    }

    private boolean flip(SplittableRandom random) {
        return random.nextDouble() < config.flip();
    }

    private void crop(Canvas canvas, Picture picture, SplittableRandom random) {
        CropSampler sampler = shiftFirst ? CropSampler.TORCHVISION : CropSampler.TENSORFLOW;
        CropBox box = sampler.sample(random, picture.height(), picture.width(), config.cropMin(), 1);
        float[] view = Scratch.local().view(config.channels() * config.size() * config.size());
        resizer.resize(picture, box, flip(random), view, 0);
        canvas.load(view, config.channels(), config.size(), config.size());
    }
}
