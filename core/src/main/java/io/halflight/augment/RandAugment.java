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
        double[] amounts = new double[0];
        CropBox[] holes = new CropBox[0];

        private void add(Op op, double amount, CropBox hole) {
            ops[count] = op;
            amounts[count] = amount;
            holes[count] = hole;
            count++;
        }

        private void clear(int room) {
            count = 0;
            if (ops.length < room) {
                ops = new Op[room];
                amounts = new double[room];
                holes = new CropBox[room];
            }
        }
    }

    private final Config config;
    private final List<Op> operations;

    RandAugment(Config config) {
        this.config = config;
        this.operations = config.flavour().operations();
    }

    void apply(Canvas canvas, SplittableRandom random) {
        Plan plan = Scratch.local().plan;
        draw(random, canvas.height, canvas.width, plan);
        paint(canvas, plan);
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
            double amount = op.kind == Op.Kind.FIXED ? op.neutral : flavour.amount(op, level, axis(op, height, width));
            if (flavour.signed(op) && random.nextBoolean()) {
                amount = 2 * op.neutral - amount;
            }
            plan.add(op, amount, op == Op.CUTOUT ? Cutout.draw(random, height, width, (int) amount) : CropBox.NONE);
        }
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
