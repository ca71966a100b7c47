package io.halflight.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.halflight.data.Picture;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RandAugmentTest {
    private static final int DRAWS = 40_000;

    @ParameterizedTest
    @CsvSource({"UDA, 15, 9, 0.5", "FIXMATCH, 14, 9, 0.5", "NOISY_STUDENT, 16, 27, 1", "TORCHVISION, 14, 9, 1"})
    void theDefaultsAreThePapers(RandAugmentFlavour flavour, int list, int magnitude, double probability) {
        RandAugment.Config config = RandAugment.Config.of(flavour);
        assertThat(config.ops()).isEqualTo(2);
        assertThat(config.magnitude()).isEqualTo(magnitude);
        assertThat(config.probability()).isEqualTo(probability);
        assertThat(config.contrast()).isEqualTo(ContrastMean.PAPER);
        assertThat(config.fill()).isEqualTo(Fill.grey(flavour == RandAugmentFlavour.TORCHVISION ? 0 : 128));
        assertThat(flavour.operations()).hasSize(list).doesNotHaveDuplicates();
    }

    /** 80,000 draws: each operation's share of them has a standard error of at most 0.0009. */
    @ParameterizedTest
    @EnumSource(RandAugmentFlavour.class)
    void operationsAreDrawnEquallyOftenAndDoneWithTheirProbability(RandAugmentFlavour flavour) {
        RandAugment augment = new RandAugment(RandAugment.Config.of(flavour));
        Map<Op, Integer> counts = new EnumMap<>(Op.class);
        int[] done = new int[3];
        int twice = 0;
        RandAugment.Plan plan = new RandAugment.Plan();
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < DRAWS; i++) {
            augment.draw(random, 32, 32, plan);
            done[plan.count]++;
            for (int k = 0; k < plan.count; k++) {
                counts.merge(plan.ops[k], 1, Integer::sum);
            }
            twice += plan.count == 2 && plan.ops[0] == plan.ops[1] ? 1 : 0;
        }
        double p = flavour.probability;
        assertThat(counts.keySet()).containsExactlyInAnyOrderElementsOf(flavour.operations());
        int n = flavour.operations().size();
        counts.forEach((op, count) ->
                assertThat(count / (2.0 * DRAWS)).as("%s, seed 17", op).isCloseTo(p / n, within(0.005)));
        assertThat(done[0] / (double) DRAWS).isCloseTo((1 - p) * (1 - p), within(0.01));
        assertThat(done[2] / (double) DRAWS).isCloseTo(p * p, within(0.01));
        assertThat(twice / (double) done[2]).as("with replacement").isCloseTo(1.0 / n, within(0.01));
    }

    /** Ranges as the references list them, at the ends of what they draw. */
    @ParameterizedTest
    @CsvSource({
        "UDA, 1, 32, 3, 0.03, 1, 4, 231, 0.28, 2",
        "UDA, 5, 32, 15, 0.15, 5, 2, 128, 1.0, 10",
        "UDA, 9, 32, 27, 0.27, 9, 1, 26, 1.72, 18",
        "UDA, 9, 224, 27, 0.27, 63, 1, 26, 1.72, 126",
        "FIXMATCH, 9, 32, 27, 0.27, 9, 1, 26, 1.72, 18",
        "NOISY_STUDENT, 5, 32, 15, 0.15, 2, 2, 128, 1.0, 4",
        "NOISY_STUDENT, 27, 224, 81, 0.81, 270, 10, 691, 4.96, 216",
        "NOISY_STUDENT, 2, 224, 6, 0.06, 20, 0, 51, 0.46, 16",
        "TORCHVISION, 9, 32, 9, 0.09, 4, 7, 178.5, 1.27, -1",
        "TORCHVISION, 30, 331, 30, 0.3, 150, 4, 0, 1.9, -1",
        "TORCHVISION, 0, 32, 0, 0, 0, 8, 255, 1, -1",
    })
    void amountsAreThePublishedOnes(
            RandAugmentFlavour flavour,
            int level,
            int size,
            double rotate,
            double shear,
            double translate,
            double posterize,
            double solarize,
            double factor,
            double cutout) {
        assertThat(flavour.amount(Op.ROTATE, level, size)).isCloseTo(rotate, within(1e-9));
        assertThat(flavour.amount(Op.SHEAR_X, level, size)).isCloseTo(shear, within(1e-9));
        assertThat(flavour.amount(Op.SHEAR_Y, level, size)).isCloseTo(shear, within(1e-9));
        assertThat(flavour.amount(Op.TRANSLATE_X, level, size)).isCloseTo(translate, within(1e-9));
        assertThat(flavour.amount(Op.TRANSLATE_Y, level, size)).isCloseTo(translate, within(1e-9));
        assertThat(flavour.amount(Op.POSTERIZE, level, size)).isEqualTo(posterize);
        assertThat(flavour.amount(Op.SOLARIZE, level, size)).isCloseTo(solarize, within(1e-9));
        for (Op op : new Op[] {Op.COLOR, Op.CONTRAST, Op.BRIGHTNESS, Op.SHARPNESS}) {
            assertThat(flavour.amount(op, level, size)).isCloseTo(factor, within(1e-9));
        }
        assertThat(flavour.operations().contains(Op.CUTOUT))
                .isEqualTo(flavour == RandAugmentFlavour.UDA || flavour == RandAugmentFlavour.NOISY_STUDENT);
        if (cutout >= 0 && flavour.operations().contains(Op.CUTOUT)) {
            assertThat(flavour.amount(Op.CUTOUT, level, size)).isEqualTo(cutout);
        }
    }

    @Test
    void solarizeAddOfNoisyStudent() {
        assertThat(RandAugmentFlavour.NOISY_STUDENT.amount(Op.SOLARIZE_ADD, 5, 32))
                .isEqualTo(55);
        assertThat(RandAugmentFlavour.NOISY_STUDENT.amount(Op.SOLARIZE_ADD, 27, 224))
                .isEqualTo(297);
    }

    /** UDA and FixMatch draw levels from 1 to the magnitude, the others take it as it is. */
    @ParameterizedTest
    @EnumSource(RandAugmentFlavour.class)
    void levelsAreDrawnOrFixed(RandAugmentFlavour flavour) {
        SplittableRandom random = new SplittableRandom(3);
        int[] counts = new int[11];
        for (int i = 0; i < 9000; i++) {
            counts[flavour.level(random, 9)]++;
        }
        boolean drawn = flavour == RandAugmentFlavour.UDA || flavour == RandAugmentFlavour.FIXMATCH;
        assertThat(counts[0]).isZero();
        assertThat(counts[10]).isZero();
        for (int level = 1; level < 9; level++) {
            assertThat((double) counts[level]).isCloseTo(drawn ? 1000 : 0, within(drawn ? 150.0 : 0));
        }
        assertThat((double) counts[9]).isCloseTo(drawn ? 1000 : 9000, within(drawn ? 150.0 : 0));
    }

    /** Moves go either way; factors do in torchvision's form only. */
    @ParameterizedTest
    @EnumSource(RandAugmentFlavour.class)
    void signsAreRandomWhereTheReferenceHasThem(RandAugmentFlavour flavour) {
        int magnitude = flavour == RandAugmentFlavour.NOISY_STUDENT ? 8 : 9; // beyond 5, where factors pass 1
        RandAugment augment =
                new RandAugment(new RandAugment.Config(flavour, 2, magnitude, 1, ContrastMean.PAPER, Fill.MIDDLE_GREY));
        Map<Op, Integer> below = new EnumMap<>(Op.class);
        Map<Op, Integer> above = new EnumMap<>(Op.class);
        RandAugment.Plan plan = new RandAugment.Plan();
        SplittableRandom random = new SplittableRandom(23);
        for (int i = 0; i < DRAWS; i++) {
            augment.draw(random, 32, 32, plan);
            for (int k = 0; k < plan.count; k++) {
                Map<Op, Integer> side = plan.amounts[k] < plan.ops[k].neutral ? below : above;
                side.merge(plan.ops[k], 1, Integer::sum);
            }
        }
        for (Op op : flavour.operations()) {
            int fewer = below.getOrDefault(op, 0);
            int more = above.getOrDefault(op, 0);
            if (op.kind == Op.Kind.MOVE || (op.kind == Op.Kind.BLEND && flavour == RandAugmentFlavour.TORCHVISION)) {
                assertThat(fewer / (double) (fewer + more))
                        .as("%s, seed 23", op)
                        .isCloseTo(0.5, within(0.04));
            } else if (op.kind == Op.Kind.BLEND && flavour == RandAugmentFlavour.NOISY_STUDENT) {
                assertThat(fewer).as("%s", op).isZero();
            }
        }
    }

    /**
     * Mean absolute change over 600 draws. UDA and FixMatch start at level 4 and Noisy Student at 5: below, factors of
     * blends come nearer to 1 and fewer bits are left as levels fall, which outweighs the weaker moves.
     */
    @ParameterizedTest
    @CsvSource({"UDA, 4, 3", "FIXMATCH, 4, 3", "NOISY_STUDENT, 5, 5", "TORCHVISION, 0, 6"})
    void theChangeGrowsWithTheMagnitude(RandAugmentFlavour flavour, int from, int step) {
        double last = 0;
        for (int magnitude = from; magnitude <= flavour.most(); magnitude += step) {
            double change = meanChange(flavour, magnitude);
            assertThat(change).as("%s, magnitude %d", flavour, magnitude).isGreaterThan(last);
            last = change;
        }
        assertThat(last).isGreaterThan(1.15 * meanChange(flavour, from));
    }

    private static double meanChange(RandAugmentFlavour flavour, int magnitude) {
        Picture picture = Pictures.formula(32);
        RandAugment augment = new RandAugment(RandAugment.Config.of(flavour, magnitude));
        double sum = 0;
        for (int seed = 0; seed < 600; seed++) {
            byte[] out = augmented(augment, picture, seed);
            for (int i = 0; i < out.length; i++) {
                sum += Math.abs((out[i] & 255) - (picture.pixels()[i] & 255));
            }
        }
        return sum / (600.0 * picture.pixels().length);
    }

    @ParameterizedTest
    @EnumSource(RandAugmentFlavour.class)
    void theSeedDecides(RandAugmentFlavour flavour) {
        Picture picture = Pictures.noise(1, 3, 16, 16);
        RandAugment augment = new RandAugment(RandAugment.Config.of(flavour));
        RandAugment another = new RandAugment(RandAugment.Config.of(flavour));
        int differing = 0;
        for (int seed = 0; seed < 100; seed++) {
            byte[] out = augmented(augment, picture, seed);
            assertThat(augmented(another, picture, seed)).as("seed %d", seed).isEqualTo(out);
            differing += Arrays.equals(out, augmented(augment, picture, seed + 100)) ? 0 : 1;
        }
        assertThat(differing).isGreaterThan(70);
    }

    @ParameterizedTest
    @EnumSource(RandAugmentFlavour.class)
    void everySizeWorksAtEveryMagnitude(RandAugmentFlavour flavour) {
        int[][] shapes = {{1, 1}, {1, 23}, {23, 1}, {8, 8}, {33, 17}, {65, 70}};
        for (int magnitude = flavour.least(); magnitude <= flavour.most(); magnitude++) {
            RandAugment augment = new RandAugment(
                    new RandAugment.Config(flavour, 4, magnitude, 1, ContrastMean.CODE, Fill.MIDDLE_GREY));
            for (int[] shape : shapes) {
                for (int channels : new int[] {1, 3}) {
                    Picture picture = Pictures.noise(magnitude, channels, shape[0], shape[1]);
                    for (int seed = 0; seed < 20; seed++) {
                        assertThat(augmented(augment, picture, seed)).hasSameSizeAs(picture.pixels());
                    }
                }
            }
        }
    }

    @Test
    void noOperationsAndNoProbabilityChangeNothing() {
        Picture picture = Pictures.noise(1, 3, 16, 16);
        Fill fill = Fill.MIDDLE_GREY;
        RandAugment none = new RandAugment(
                new RandAugment.Config(RandAugmentFlavour.NOISY_STUDENT, 0, 9, 1, ContrastMean.PAPER, fill));
        RandAugment never = new RandAugment(
                new RandAugment.Config(RandAugmentFlavour.NOISY_STUDENT, 3, 9, 0, ContrastMean.PAPER, fill));
        for (int seed = 0; seed < 20; seed++) {
            assertThat(augmented(none, picture, seed)).isEqualTo(picture.pixels());
            assertThat(augmented(never, picture, seed)).isEqualTo(picture.pixels());
        }
    }

    /** The square of the operation Cutout lies where its plan says and shows the fill. */
    @Test
    void theOperationCutoutShowsTheFill() {
        Fill fill = new Fill(1, 2, 3);
        RandAugment augment =
                new RandAugment(new RandAugment.Config(RandAugmentFlavour.UDA, 1, 9, 1, ContrastMean.PAPER, fill));
        RandAugment.Plan plan = new RandAugment.Plan();
        int seen = 0;
        for (int seed = 0; seed < 400; seed++) {
            augment.draw(new SplittableRandom(seed), 32, 32, plan);
            if (plan.ops[0] == Op.CUTOUT) {
                seen++;
                CropBox hole = plan.holes[0];
                assertThat(hole.height()).isBetween(1, (int) plan.amounts[0]);
                byte[] out = augmented(augment, Pictures.constant(200, 3, 32, 32), seed);
                for (int i = 0; i < out.length; i++) {
                    int y = i / 32 % 32 - hole.top();
                    int x = i % 32 - hole.left();
                    boolean inside = y >= 0 && y < hole.height() && x >= 0 && x < hole.width();
                    assertThat(out[i] & 255).isEqualTo(inside ? 1 + i / 1024 : 200);
                }
            }
        }
        assertThat(seen).isBetween(10, 60);
    }

    private static byte[] augmented(RandAugment augment, Picture picture, int seed) {
        Canvas canvas = new Canvas();
        canvas.load(picture);
        RandAugment.Plan plan = new RandAugment.Plan();
        augment.draw(new SplittableRandom(seed), canvas.height, canvas.width, plan);
        augment.paint(canvas, plan);
        byte[] out = new byte[picture.pixels().length];
        for (int c = 0; c < canvas.channels; c++) {
            System.arraycopy(canvas.planes[c], 0, out, c * canvas.plane, canvas.plane);
        }
        return out;
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandAugment.Config.of(RandAugmentFlavour.UDA, 0))
                .withMessage("magnitude must be from 1 to 10 for UDA, got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandAugment.Config.of(RandAugmentFlavour.TORCHVISION, 31))
                .withMessageContaining("0 to 30");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RandAugment.Config(
                        RandAugmentFlavour.UDA, -1, 9, 0.5, ContrastMean.PAPER, Fill.MIDDLE_GREY))
                .withMessageContaining("got -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RandAugment.Config(
                        RandAugmentFlavour.UDA, 2, 9, Double.NaN, ContrastMean.PAPER, Fill.MIDDLE_GREY))
                .withMessageContaining("probability");
    }
}
