package io.halflight.augment;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.SplittableRandom;

/** RandAugment (arXiv 1909.13719) on pictures of bytes: a few operations drawn from a list, one after the other. */
public final class RandAugment {
    /**
     * What is drawn and how strong it is.
     *
     * @param flavour the list of operations and the meaning of the magnitude
     * @param ops operations drawn, at least 0; 2 in every flavour
     * @param magnitude for UDA and FIXMATCH the largest level drawn, 1 to 10; for NOISY_STUDENT the level M, 0 to 30; for
     *     TORCHVISION the bin, 0 to 30
     * @param probability that a drawn operation is done, 0 to 1
     * @param contrast the grey that Contrast blends with
     * @param fill what moved pictures and the operation Cutout show where there is no picture
     */
    public record Config(
            RandAugmentFlavour flavour, int ops, int magnitude, double probability, ContrastMean contrast, Fill fill) {
        public Config {
            requireNonNull(flavour, "flavour");
            requireNonNull(contrast, "contrast");
            requireNonNull(fill, "fill");
            if (ops < 0) {
                throw new IllegalArgumentException("ops must be at least 0, got " + ops);
            }
            if (magnitude < flavour.least || magnitude > flavour.most) {
                throw new IllegalArgumentException("magnitude must be from %d to %d for %s, got %d"
                        .formatted(flavour.least, flavour.most, flavour, magnitude));
            }
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("probability must be from 0 to 1, got " + probability);
            }
        }

        /** As published: 2 operations at the flavour's own magnitude and probability. */
        public static Config of(RandAugmentFlavour flavour) {
            return of(flavour, flavour.magnitude);
        }

        /** As published but for the magnitude. */
        public static Config of(RandAugmentFlavour flavour, int magnitude) {
            return new Config(flavour, 2, magnitude, flavour.probability, ContrastMean.PAPER, flavour.fill());
        }

        /** The same with another fill, such as the mean of the data set. */
        public Config withFill(Fill other) {
            return new Config(flavour, ops, magnitude, probability, contrast, other);
        }
    }

    /** What chance decided about one picture; reused from picture to picture. */
    static final class Plan {
        int count;
        Op[] ops = new Op[0];
        int[] levels = new int[0];
        boolean[] mirrored = new boolean[0];
        double[] amounts = new double[0];
        CropBox[] holes = new CropBox[0];

        void add(Op op, int level, boolean mirror, double amount, CropBox hole) {
            ops[count] = op;
            levels[count] = level;
            mirrored[count] = mirror;
            amounts[count] = amount;
            holes[count] = hole;
            count++;
        }

        void clear(int room) {
            count = 0;
            if (ops.length < room) {
                ops = new Op[room];
                levels = new int[room];
                mirrored = new boolean[room];
                amounts = new double[room];
                holes = new CropBox[room];
            }
        }
    }

    // Places in the numbers of one operation. The level stands for the amount, which a float would round.
    private static final int OP = 0;
    private static final int LEVEL = 1;
    private static final int MIRRORED = 2;
    static final int HOLE = 3; // four numbers
    static final int DRAWS = 7;

    private static final int NOT_DONE = -1;

    final Config config;
    private final List<Op> operations;

    RandAugment(Config config) {
        this.config = config;
        this.operations = config.flavour().operations();
    }

    /** Draws the operations for a picture of this size that are done. */
    void draw(SplittableRandom random, int height, int width, Plan plan) {
        RandAugmentFlavour flavour = config.flavour();
        plan.clear(config.ops());
        for (int i = 0; i < config.ops(); i++) {
            Op op = operations.get(random.nextInt(operations.size()));
            int level = flavour.level(random, config.magnitude());
            if (random.nextDouble() >= config.probability()) {
                continue;
            }
            boolean mirror = flavour.signed(op) && random.nextBoolean();
            double amount = amount(op, level, mirror, height, width);
            CropBox hole = op == Op.CUTOUT ? Cutout.draw(random, height, width, (int) amount) : CropBox.NONE;
            plan.add(op, level, mirror, amount, hole);
        }
    }

    /** The amount of an operation on a picture of this size; mirrored, it lies on the other side of the neutral one. */
    double amount(Op op, int level, boolean mirrored, int height, int width) {
        if (op.kind == Op.Kind.FIXED) {
            return op.neutral;
        }
        double amount = config.flavour().amount(op, level, axis(op, height, width));
        return mirrored ? 2 * op.neutral - amount : amount;
    }

    /** Writes {@link #DRAWS} numbers for each operation that may be drawn; those not done come last. */
    void write(Plan plan, float[] out, int offset) {
        for (int i = 0; i < config.ops(); i++) {
            int at = offset + i * DRAWS;
            boolean done = i < plan.count;
            out[at + OP] = done ? operations.indexOf(plan.ops[i]) : NOT_DONE;
            out[at + LEVEL] = done ? plan.levels[i] : 0;
            out[at + MIRRORED] = done && plan.mirrored[i] ? 1 : 0;
            (done ? plan.holes[i] : CropBox.NONE).write(out, at + HOLE);
        }
    }

    /** The operation whose {@link #write written} numbers begin here. */
    Op op(float[] draws, int offset) {
        int place = (int) draws[offset + OP];
        return place == NOT_DONE ? Op.IDENTITY : operations.get(place);
    }

    /** Its amount on a picture of this size. */
    double amount(float[] draws, int offset, int height, int width) {
        return amount(op(draws, offset), (int) draws[offset + LEVEL], draws[offset + MIRRORED] > 0, height, width);
    }

    /** Carries the operations out. */
    void paint(Canvas canvas, Plan plan) {
        for (int i = 0; i < plan.count; i++) {
            plan.ops[i].apply(canvas, plan.amounts[i], plan.holes[i], config.contrast(), config.fill());
        }
    }

    private static int axis(Op op, int height, int width) {
        return switch (op) {
            case TRANSLATE_X -> width;
            case TRANSLATE_Y -> height;
            default -> Math.min(height, width);
        };
    }
}
