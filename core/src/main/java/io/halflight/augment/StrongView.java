package io.halflight.augment;

import static java.util.Objects.requireNonNull;

import io.halflight.data.Picture;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

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
 * <p>A grey view (one channel) takes every operation; Color leaves it as it is. Levels are whole numbers throughout,
 * so that a batch on a device shows the same bits, unless a picture had to be resized: see {@link StrongBatch}.
 */
public final class StrongView implements BatchView {
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

    /** What chance decided about one view; reused from view to view. */
    static final class Plan {
        CropBox crop = CropBox.NONE; // with cropMin below 1, else the shift
        int down;
        int right;
        boolean flip;
        final RandAugment.Plan augment = new RandAugment.Plan();

        // The square as numbers: a box that is kept would be 32 new bytes for every view.
        private int top;
        private int left;
        private int height;
        private int width;

        private void cover(CropBox hole) {
            top = hole.top();
            left = hole.left();
            height = hole.height();
            width = hole.width();
        }

        private CropBox hole() {
            return new CropBox(top, left, height, width);
        }
    }

    @Override
    public void apply(Picture picture, SplittableRandom random, float[] out, int offset) {
        Plan plan = Scratch.local().strong;
        draw(random, picture.height(), picture.width(), plan);
        paint(picture, plan, out, offset);
    }

    @Override
    public int draws() {
        return StrongBatch.draws(config);
    }

    @Override
    public void draw(SplittableRandom random, int height, int width, float[] out, int offset) {
        Plan plan = Scratch.local().strong;
        draw(random, height, width, plan);
        write(plan, height, width, out, offset);
    }

    @Override
    public Tensor paint(Tensor pixels, float[] draws) {
        return batch(draws).paint(pixels);
    }

    StrongBatch batch(float[] draws) {
        return new StrongBatch(config, augment, shiftFirst, draws);
    }

    /** Draws a view of a picture of this size, in the order of its steps. */
    void draw(SplittableRandom random, int height, int width, Plan plan) {
        if (config.cropMin() < 1) {
            CropSampler sampler = shiftFirst ? CropSampler.TORCHVISION : CropSampler.TENSORFLOW;
            plan.crop = sampler.sample(random, height, width, config.cropMin(), 1);
            plan.flip = flip(random);
            drawDistortion(random, plan);
        } else if (shiftFirst) {
            drawShift(random, plan);
            drawDistortion(random, plan);
        } else {
            drawDistortion(random, plan);
            drawShift(random, plan);
        }
    }

    private void drawShift(SplittableRandom random, Plan plan) {
        plan.down = random.nextInt(2 * pad + 1) - pad;
        plan.right = random.nextInt(2 * pad + 1) - pad;
        plan.flip = flip(random);
    }

    private void drawDistortion(SplittableRandom random, Plan plan) {
        int size = config.size();
        augment.draw(random, size, size, plan.augment);
        plan.cover(side > 0 ? Cutout.draw(random, size, size, side) : CropBox.NONE);
    }

    private boolean flip(SplittableRandom random) {
        return random.nextDouble() < config.flip();
    }

    /** The plan for a picture of this size as the numbers that {@link StrongBatch} reads. */
    void write(Plan plan, int height, int width, float[] out, int offset) {
        if (config.cropMin() < 1) {
            BatchResizer.write(plan.crop, plan.flip, out, offset);
        } else {
            var shift = new PadCropFlip.Draw(plan.down, plan.right, plan.flip);
            BatchPadCropFlip.write(shift, whole.axis(height, width), whole.axis(width, height), out, offset);
        }
        int hole = StrongBatch.hole(config);
        plan.hole().write(out, offset + hole);
        augment.write(plan.augment, out, offset + hole + StrongBatch.HOLE_DRAWS);
    }

    /** Carries a plan out. */
    void paint(Picture picture, Plan plan, float[] out, int offset) {
        Canvas canvas = Scratch.local().canvas;
        show(picture, plan, canvas);
        distort(canvas, plan, out, offset);
    }

    /** All steps behind {@link #show}. */
    void distort(Canvas canvas, Plan plan, float[] out, int offset) {
        if (shiftFirst && config.cropMin() == 1) {
            canvas.shift(plan.down, plan.right, plan.flip);
        }
        augment.paint(canvas, plan.augment);
        canvas.cover(plan.hole(), config.augment().fill());
        if (shiftFirst || config.cropMin() < 1) {
            canvas.store(out, offset);
        } else {
            canvas.store(plan.down, plan.right, plan.flip, out, offset);
        }
    }

    /** The crop or the centre in bytes. */
    void show(Picture picture, Plan plan, Canvas canvas) {
        if (config.cropMin() == 1) {
            whole.show(picture, canvas);
            return;
        }
        float[] view = Scratch.local().view(config.channels() * config.size() * config.size());
        resizer.resize(picture, plan.crop, plan.flip, view, 0);
        canvas.load(view, config.channels(), config.size(), config.size());
    }
}
