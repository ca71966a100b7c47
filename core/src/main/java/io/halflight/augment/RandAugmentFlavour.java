package io.halflight.augment;

import static io.halflight.augment.Op.AUTO_CONTRAST;
import static io.halflight.augment.Op.BRIGHTNESS;
import static io.halflight.augment.Op.COLOR;
import static io.halflight.augment.Op.CONTRAST;
import static io.halflight.augment.Op.CUTOUT;
import static io.halflight.augment.Op.EQUALIZE;
import static io.halflight.augment.Op.IDENTITY;
import static io.halflight.augment.Op.INVERT;
import static io.halflight.augment.Op.POSTERIZE;
import static io.halflight.augment.Op.ROTATE;
import static io.halflight.augment.Op.SHARPNESS;
import static io.halflight.augment.Op.SHEAR_X;
import static io.halflight.augment.Op.SHEAR_Y;
import static io.halflight.augment.Op.SOLARIZE;
import static io.halflight.augment.Op.SOLARIZE_ADD;
import static io.halflight.augment.Op.TRANSLATE_X;
import static io.halflight.augment.Op.TRANSLATE_Y;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Four published forms of RandAugment (arXiv 1909.13719). They share most operations and differ in their list, in what a
 * magnitude means, in whether it is drawn, and in the order of the steps around them, see {@link StrongView}. All draw
 * operations uniformly with replacement and move pixels either way with equal chance.
 */
public enum RandAugmentFlavour {
    /**
     * UDA (arXiv 1904.12848, published code): 15 operations, 2 drawn, each done with probability 1/2 at a level of its
     * own from 1 to 9 of 10. The ranges in pixels are stated for 32 a side and grow with it.
     */
    UDA(1, 10, 9, 0.5, 128) {
        @Override
        List<Op> operations() {
            return UDA_OPERATIONS;
        }

        @Override
        int level(SplittableRandom random, int magnitude) {
            return 1 + random.nextInt(magnitude);
        }

        @Override
        double amount(Op op, int level, int size) {
            return autoAugment(op, level, size);
        }
    },

    /**
     * FixMatch with RandAugment (arXiv 2001.07685, published code): UDA's levels on 14 operations, one of which does
     * nothing, without Invert and Cutout.
     */
    FIXMATCH(1, 10, 9, 0.5, 128) {
        @Override
        List<Op> operations() {
            return FIXMATCH_OPERATIONS;
        }

        @Override
        int level(SplittableRandom random, int magnitude) {
            return 1 + random.nextInt(magnitude);
        }

        @Override
        double amount(Op op, int level, int size) {
            return autoAugment(op, level, size);
        }
    },

    /**
     * Noisy Student (arXiv 1911.04252, published code): 16 operations, 2 drawn, always done, at the level M of 10, which
     * may be above 10: the paper takes 27 on ImageNet and its code 5 on SVHN. Three operations fade as M grows: Posterize
     * keeps 4M / 10 bits, black for M up to 2 and the picture from 20 on, Solarize inverts from 25.6M on, so nothing from
     * 10 on, and the factors of blends pass 1 at 5.
     *
     * <p>Moves by up to 100 pixels and squares of half a side up to 40 are stated for 224 a side and grow with it; up to
     * 64 a side both are an eighth of it, as in the code for 32.
     */
    NOISY_STUDENT(0, 30, 27, 1, 128) {
        @Override
        List<Op> operations() {
            return NOISY_STUDENT_OPERATIONS;
        }

        @Override
        int level(SplittableRandom random, int magnitude) {
            return magnitude;
        }

        @Override
        double amount(Op op, int level, int size) {
            return switch (op) {
                case ROTATE -> 3.0 * level;
                case SHEAR_X, SHEAR_Y -> 0.03 * level;
                case TRANSLATE_X, TRANSLATE_Y ->
                    (size <= CentreView.SMALL ? size / 8.0 : size * 100 / 224.0) * level / 10;
                case POSTERIZE -> Math.floorDiv(4 * level, 10);
                case SOLARIZE -> Math.floorDiv(256 * level, 10);
                case SOLARIZE_ADD -> Math.floorDiv(110 * level, 10);
                case CUTOUT -> 2 * (int) ((size <= CentreView.SMALL ? size / 8.0 : size * 40 / 224.0) * level / 10);
                default -> 0.18 * level + 0.1;
            };
        }
    },

    /**
     * torchvision.transforms.RandAugment: 14 operations, one of which does nothing, 2 drawn, always done, at bin 9 of 0
     * to 30. Its factors are 1 plus or minus the magnitude with equal chance, and it fills with black. At bin 0 it still
     * inverts levels of 255, as Solarize starts from there.
     */
    TORCHVISION(0, 30, 9, 1, 0) {
        @Override
        List<Op> operations() {
            return TORCHVISION_OPERATIONS;
        }

        @Override
        int level(SplittableRandom random, int magnitude) {
            return magnitude;
        }

        @Override
        double amount(Op op, int level, int size) {
            double share = level / 30.0;
            return switch (op) {
                case ROTATE -> level;
                case SHEAR_X, SHEAR_Y -> 0.3 * share;
                case TRANSLATE_X, TRANSLATE_Y -> (int) (150.0 / 331.0 * size * share);
                case POSTERIZE -> 8 - Math.rint(4 * share);
                case SOLARIZE -> 255 - 255 * share;
                default -> 1 + 0.9 * share;
            };
        }

        @Override
        boolean signed(Op op) {
            return op.kind == Op.Kind.MOVE || op.kind == Op.Kind.BLEND;
        }
    };

    private static final List<Op> UDA_OPERATIONS = List.of(
            INVERT,
            CUTOUT,
            SHARPNESS,
            AUTO_CONTRAST,
            POSTERIZE,
            SHEAR_X,
            TRANSLATE_X,
            TRANSLATE_Y,
            SHEAR_Y,
            ROTATE,
            EQUALIZE,
            CONTRAST,
            COLOR,
            SOLARIZE,
            BRIGHTNESS);

    private static final List<Op> FIXMATCH_OPERATIONS = List.of(
            IDENTITY,
            AUTO_CONTRAST,
            EQUALIZE,
            ROTATE,
            SOLARIZE,
            COLOR,
            CONTRAST,
            BRIGHTNESS,
            SHARPNESS,
            SHEAR_X,
            TRANSLATE_X,
            TRANSLATE_Y,
            POSTERIZE,
            SHEAR_Y);

    private static final List<Op> NOISY_STUDENT_OPERATIONS = List.of(
            AUTO_CONTRAST,
            EQUALIZE,
            INVERT,
            ROTATE,
            POSTERIZE,
            SOLARIZE,
            COLOR,
            CONTRAST,
            BRIGHTNESS,
            SHARPNESS,
            SHEAR_X,
            SHEAR_Y,
            TRANSLATE_X,
            TRANSLATE_Y,
            SOLARIZE_ADD,
            CUTOUT);

    private static final List<Op> TORCHVISION_OPERATIONS = List.of(
            IDENTITY,
            SHEAR_X,
            SHEAR_Y,
            TRANSLATE_X,
            TRANSLATE_Y,
            ROTATE,
            BRIGHTNESS,
            COLOR,
            CONTRAST,
            SHARPNESS,
            POSTERIZE,
            SOLARIZE,
            AUTO_CONTRAST,
            EQUALIZE);

    final int least;
    final int most;
    final int magnitude;
    final double probability;
    private final int grey;

    RandAugmentFlavour(int least, int most, int magnitude, double probability, int grey) {
        this.least = least;
        this.most = most;
        this.magnitude = magnitude;
        this.probability = probability;
        this.grey = grey;
    }

    /** The least magnitude. */
    public int least() {
        return least;
    }

    /** The largest magnitude. */
    public int most() {
        return most;
    }

    /** The fill of the published code, where the mean of the data set is not known. */
    Fill fill() {
        return Fill.grey(grey);
    }

    abstract List<Op> operations();

    /** The level of one operation. */
    abstract int level(SplittableRandom random, int magnitude);

    /**
     * The amount of an operation at a level, before its sign.
     *
     * @param size of the axis that the operation moves along, or the shorter side
     */
    abstract double amount(Op op, int level, int size);

    /** Whether chance puts the amount on either side of the neutral one. */
    boolean signed(Op op) {
        return op.kind == Op.Kind.MOVE;
    }

    /** AutoAugment's ranges in whole levels of 10, as UDA and FixMatch have them. */
    private static double autoAugment(Op op, int level, int size) {
        return switch (op) {
            case ROTATE -> 3 * level;
            case SHEAR_X, SHEAR_Y -> 0.03 * level;
            case TRANSLATE_X, TRANSLATE_Y -> Math.rint(level * size / 32.0);
            case POSTERIZE -> 4 - 4 * level / 10;
            case SOLARIZE -> 256 - 256 * level / 10;
            case CUTOUT -> Math.rint(2 * level * size / 32.0);
            default -> 0.18 * level + 0.1;
        };
    }
}
