package io.halflight.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.halflight.train.Health.Kind;
import io.halflight.train.Health.Warning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthTest {
    private static final double UNKNOWN = Double.NaN;
    private static final double SIMCLR = Math.log(511); // N = 256
    private static final int EVERY = 10; // steps between observations
    private static final int LENGTH = 100; // observations of a stage

    /** What a stage logs: functions of the observation, from 0. */
    private record Series(double expectedStart, IntToDoubleFunction loss, Map<String, IntToDoubleFunction> parts) {
        Series(double expectedStart, IntToDoubleFunction loss) {
            this(expectedStart, loss, Map.of());
        }

        Series with(String part, IntToDoubleFunction value) {
            Map<String, IntToDoubleFunction> more = new HashMap<>(parts);
            more.put(part, value);
            return new Series(expectedStart, loss, more);
        }

        List<Said> play() {
            return play(0, LENGTH);
        }

        /** Plays a stage of {@code length} observations from the one given on, as after an interruption. */
        List<Said> play(int from, int length) {
            Health health = new Health("pretrain");
            List<Said> said = new ArrayList<>();
            for (int i = from; i < length; i++) {
                int at = i;
                Map<String, Double> values = new HashMap<>();
                parts.forEach((name, value) -> values.put(name, value.applyAsDouble(at)));
                health.observe((i + 1L) * EVERY, (long) length * EVERY, loss.applyAsDouble(i), expectedStart, values)
                        .ifPresent(warning -> said.add(new Said(at, warning)));
            }
            return said;
        }

        List<Kind> kinds() {
            return play().stream().map(said -> said.warning().kind()).toList();
        }
    }

    private record Said(int observation, Warning warning) {}

    /** A loss that falls as SimCLR's does. */
    private static double falling(int i) {
        return 3.4 + 3 * Math.exp(-i / 15.0);
    }

    private static Series healthy() {
        return new Series(SIMCLR, HealthTest::falling)
                .with("featureDeviation", i -> 0.4)
                .with("effectiveRank", i -> 30)
                .with("gradientNorm", i -> 5);
    }

    /** What two starts say together: the second one is told what the first one has logged. */
    private static List<Kind> inTwoStarts(Series series, int interruption) {
        List<Kind> said = new ArrayList<>();
        List<Map<String, Object>> log = new ArrayList<>();
        Health health = new Health("pretrain");
        for (int i = 0; i < LENGTH; i++) {
            if (i == interruption) {
                health = new Health("pretrain");
                health.recall(log);
            }
            int at = i;
            Map<String, Double> values = new HashMap<>();
            series.parts().forEach((name, value) -> values.put(name, value.applyAsDouble(at)));
            double loss = series.loss().applyAsDouble(i);
            health.observe((i + 1L) * EVERY, (long) LENGTH * EVERY, loss, series.expectedStart(), values)
                    .ifPresent(warning -> said.add(warning.kind()));
            Map<String, Object> line = new HashMap<>(values);
            line.put("step", (i + 1L) * EVERY);
            line.put("steps", (long) LENGTH * EVERY);
            line.put("loss", loss);
            line.put("learningRate", 0.1);
            if (!Double.isNaN(series.expectedStart())) {
                line.put("expectedStart", series.expectedStart());
            }
            log.add(line);
            log.add(Map.of("step", (i + 1L) * EVERY, "knn", 0.5)); // an evaluation is no observation
        }
        return said;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 12, 23, 24, 25, 60, 99})
    void anInterruptionChangesNothingThatIsSaid(int interruption) {
        Series collapse = healthy().with("featureDeviation", i -> i < 22 ? 0.4 : 0.03);
        Series still = new Series(SIMCLR, i -> SIMCLR);
        Series unknownStart = new Series(UNKNOWN, i -> 2);
        for (Series series : List.of(healthy(), collapse, still, unknownStart)) {
            assertThat(inTwoStarts(series, interruption)).isEqualTo(series.kinds());
        }
        assertThat(collapse.kinds()).containsExactly(Kind.COLLAPSE);
        assertThat(still.kinds()).containsExactly(Kind.STANDSTILL);
    }

    @Test
    void saysNothingOfAHealthyStage() {
        assertThat(healthy().play()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"featureDeviation,0.034,0.0340", "effectiveRank,1.2,1.20"})
    void reportsCollapseOnceAtTheThirdLowFigure(String name, double value, String shown) {
        List<Said> said = healthy().with(name, i -> i < 40 ? 10 : value).play();
        assertThat(said).hasSize(1);
        assertThat(said.get(0).observation()).isEqualTo(42);
        assertThat(said.get(0).warning().kind()).isEqualTo(Kind.COLLAPSE);
        assertThat(said.get(0).warning().message())
                .contains("stage pretrain", name + " is " + shown, "step 430 of 1000", "learning_rate", "batch")
                .contains("predictor", "views");
    }

    @Test
    void reportsCollapseOnceEvenIfBothFiguresShowIt() {
        Series series =
                healthy().with("featureDeviation", i -> 0.01).with("effectiveRank", i -> i >= 20 && i < 30 ? 9 : 1);
        assertThat(series.kinds()).containsExactly(Kind.COLLAPSE);
    }

    @Test
    void isSilentAboutLowFiguresThatPass() {
        assertThat(healthy()
                        .with("featureDeviation", i -> i % 3 == 0 ? 0.2 : 0.05)
                        .play())
                .isEmpty();
        assertThat(healthy().with("effectiveRank", i -> i % 3 == 0 ? 2 : 1.1).play())
                .isEmpty();
        assertThat(healthy().with("featureDeviation", i -> 0.1).play()).isEmpty();
        assertThat(healthy().with("effectiveRank", i -> 1.5).play()).isEmpty();
        assertThat(healthy().with("featureDeviation", i -> Double.NaN).play()).isEmpty();
    }

    @Test
    void forgivesFeaturesThatLookAlikeDuringWarmUp() {
        // The fifth observation is the first to be judged, the seventh the third.
        assertThat(healthy().with("featureDeviation", i -> i < 6 ? 0.01 : 0.4).play())
                .isEmpty();
        assertThat(healthy().with("featureDeviation", i -> i < 7 ? 0.01 : 0.4).play())
                .hasSize(1);
        // Of 1000 observations, the fiftieth is.
        assertThat(healthy().with("featureDeviation", i -> i < 51 ? 0.01 : 0.4).play(0, 1000))
                .isEmpty();
        assertThat(healthy().with("featureDeviation", i -> i < 52 ? 0.01 : 0.4).play(0, 1000))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void reportsAGradientThatIsNoNumberAtOnceAndOnce(double bad) {
        List<Said> said = healthy().with("gradientNorm", i -> i < 50 ? 5 : bad).play();
        assertThat(said).hasSize(1);
        assertThat(said.get(0).observation()).isEqualTo(50);
        assertThat(said.get(0).warning().kind()).isEqualTo(Kind.DIVERGENCE);
        assertThat(said.get(0).warning().message())
                .contains("pretrain", "step 510 of 1000", "gradient", "a third of the learning rate");
    }

    @Test
    void reportsALossThatIsNoNumber() {
        List<Said> said = new Series(SIMCLR, i -> i < 50 ? falling(i) : Double.NaN).play();
        assertThat(said).hasSize(1);
        assertThat(said.get(0).warning().kind()).isEqualTo(Kind.DIVERGENCE);
        assertThat(said.get(0).warning().message()).contains("its loss is not");
    }

    @Test
    void reportsALossAboveWhatKnowingNothingCosts() {
        List<Said> said = new Series(SIMCLR, i -> i < 40 ? falling(i) : 1.25 * SIMCLR).play();
        assertThat(said).hasSize(1);
        assertThat(said.get(0).observation()).isBetween(42, 50);
        assertThat(said.get(0).warning().kind()).isEqualTo(Kind.DIVERGENCE);
        assertThat(said.get(0).warning().message())
                .contains("its loss is 7.80", "the 6.24", "a third of the learning rate")
                .contains("stages.pretrain.optimizer.learning_rate");
    }

    @Test
    void reportsALossOfUnknownStartAboveTwiceItsLowest() {
        List<Said> said = new Series(UNKNOWN, i -> i < 40 ? Math.max(0.5, 1 - i / 20.0) : 1.1).play();
        assertThat(said).hasSize(1);
        assertThat(said.get(0).warning().kind()).isEqualTo(Kind.DIVERGENCE);
        assertThat(said.get(0).warning().message()).contains("its loss is 1.10", "the 0.500 that it had reached");
    }

    @Test
    void isSilentAboutLossesThatRiseWithinLimits() {
        assertThat(new Series(SIMCLR, i -> i < 40 ? falling(i) : 1.19 * SIMCLR).play())
                .isEmpty();
        // 1.9 times the lowest, and above the first.
        assertThat(new Series(UNKNOWN, i -> i < 40 ? Math.max(0.6, 1 - i / 20.0) : 1.14).play())
                .isEmpty();
        // Nine times the lowest, but below the first.
        assertThat(new Series(UNKNOWN, i -> i < 40 ? Math.max(0.1, 1 - i / 5.0) : 0.9).play())
                .isEmpty();
        // Three times the lowest and above the first, but of a network that is right.
        Series tiny = new Series(UNKNOWN, i -> i < 10 ? 0.012 : i < 40 ? 0.01 : 0.03);
        assertThat(tiny.with("trainAccuracy", i -> 0.9).play()).isEmpty();
        assertThat(tiny.with("teacherAgreement", i -> 0.9).play()).isEmpty();
        assertThat(tiny.with("trainAccuracy", i -> 0.5).kinds()).containsExactly(Kind.DIVERGENCE);
        // A loss below 0, as SimSiam's, has no double.
        assertThat(new Series(UNKNOWN, i -> i < 40 ? -0.9 : -0.7).play()).isEmpty();
    }

    @Test
    void isSilentAboutWildSteps() {
        assertThat(new Series(SIMCLR, i -> i % 4 == 3 ? 1000 : falling(i)).play())
                .isEmpty();
        assertThat(new Series(UNKNOWN, i -> i % 4 == 3 ? 1000 : falling(i)).play())
                .isEmpty();
        // A rate too high at first: the loss rears up, then comes down.
        assertThat(new Series(Math.log(10), i -> i < 6 ? 20 : 2).play()).isEmpty();
    }

    @Test
    void reportsALossThatStaysWhereKnowingNothingPutsIt() {
        List<Said> said = new Series(SIMCLR, i -> 0.995 * SIMCLR)
                .with("featureDeviation", i -> 0.4 + i / 1000.0)
                .play();
        assertThat(said).hasSize(1);
        assertThat(said.get(0).observation()).isEqualTo(21); // the third from 20 observations on
        assertThat(said.get(0).warning().kind()).isEqualTo(Kind.STANDSTILL);
        assertThat(said.get(0).warning().message())
                .contains("Stage pretrain", "step 220 of 1000", "its loss is 6.21", "1 % of the 6.24")
                .contains("stages.pretrain.optimizer.learning_rate");
    }

    @Test
    void reportsALossOfUnknownStartThatNeverMoves() {
        List<Said> said = new Series(UNKNOWN, i -> 0.7)
                .with("featureDeviation", i -> 0.3)
                .with("teacherAgreement", i -> 0.1)
                .play();
        assertThat(said).hasSize(1);
        assertThat(said.get(0).warning().kind()).isEqualTo(Kind.STANDSTILL);
        assertThat(said.get(0).warning().message()).contains("0.700 of its first steps");
    }

    @Test
    void isSilentAboutLossesThatMoveOrMayStand() {
        assertThat(new Series(SIMCLR, i -> 0.98 * SIMCLR).play()).isEmpty();
        assertThat(new Series(SIMCLR, i -> i < 15 ? SIMCLR : 0.9 * SIMCLR).play())
                .isEmpty();
        Series still = new Series(UNKNOWN, i -> 0.7);
        assertThat(still.with("teacherAgreement", i -> 0.6).play()).isEmpty();
        assertThat(still.with("trainAccuracy", i -> 0.9).play()).isEmpty();
        assertThat(still.with("effectiveRank", i -> Math.min(30, 3 + i)).play()).isEmpty();
        // It falls and comes back to where it was, as BYOL's may, and stays there.
        assertThat(new Series(UNKNOWN, i -> i >= 8 && i < 20 ? 0.5 : 0.7).play())
                .isEmpty();
    }

    @Test
    void waitsBeforeItCallsAStandstill() {
        assertThat(new Series(SIMCLR, i -> SIMCLR).play(0, 19)).isEmpty();
        assertThat(new Series(SIMCLR, i -> i < 195 ? SIMCLR : falling(i)).play(0, 1000))
                .isEmpty();
        assertThat(new Series(SIMCLR, i -> SIMCLR).play(0, 1000)).hasSize(1);
    }

    @Test
    void doesNotTakeTheMiddleOfAnInterruptedStageForItsStart() {
        Series flat = new Series(UNKNOWN, i -> 0.25);
        assertThat(flat.play(50, LENGTH)).isEmpty();
        assertThat(flat.play(0, LENGTH)).hasSize(1);
        Series rising = new Series(UNKNOWN, i -> i < 10 ? 0.25 : i < 80 ? 0.2 : 0.6);
        assertThat(rising.play(50, LENGTH)).isEmpty(); // it may have begun at 2
        assertThat(rising.play(0, LENGTH)).hasSize(1);
        assertThat(new Series(SIMCLR, i -> SIMCLR).play(50, LENGTH)).hasSize(1); // this start is known
    }

    @Test
    void doesNotAddAStandstillToACollapse() {
        Series series = new Series(SIMCLR, i -> SIMCLR).with("featureDeviation", i -> 0);
        assertThat(series.kinds()).containsExactly(Kind.COLLAPSE);
    }

    @Test
    void reportsDifferentKindsOneAfterTheOther() {
        Series series = healthy()
                .with("featureDeviation", i -> i < 40 ? 0.4 : 0.02)
                .with("gradientNorm", i -> i < 42 ? 5 : Double.NaN);
        assertThat(series.kinds()).containsExactly(Kind.DIVERGENCE, Kind.COLLAPSE);
    }

    @Test
    void bearsAStageThatLogsNextToNothing() {
        assertThat(new Health("tiny").observe(1, 1, Double.NaN, UNKNOWN, Map.of()))
                .isEmpty();
        assertThat(new Series(UNKNOWN, i -> Double.NaN).kinds()).containsExactly(Kind.DIVERGENCE);
        assertThat(new Series(UNKNOWN, i -> 0).play()).isEmpty();
        assertThat(new Series(0, i -> 0).play()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 50, 300, 1500})
    void noisyHealthyStagesRaiseNoAlarm(int length) {
        Map<String, LongFunction<Series>> shapes = Map.of(
                "simclr", seed -> simClr(new Random(seed), length),
                "simclr, small batch", seed -> simClrOfFew(new Random(seed), length),
                "byol", seed -> byol(new Random(seed), length),
                "byol at rest", seed -> byolAtRest(new Random(seed), length),
                "supervised", seed -> supervised(new Random(seed), length, Math.log(10)),
                "supervised of unknown start", seed -> supervised(new Random(seed), length, UNKNOWN),
                "fine-tuned from a good start", seed -> fineTuned(new Random(seed)),
                "distilled", seed -> distilled(new Random(seed), length),
                "distilled from a good start", seed -> distilledAtRest(new Random(seed)));
        shapes.forEach((name, shape) -> {
            for (long seed = 0; seed < 100; seed++) {
                assertThat(shape.apply(seed).play(0, length))
                        .as("%s of %d observations, seed %d", name, length, seed)
                        .isEmpty();
                assertThat(shape.apply(seed).play(length / 2, length))
                        .as("the second half of %s of %d observations, seed %d", name, length, seed)
                        .isEmpty();
            }
        });
    }

    /** As on 16 x 16 pictures: the loss from 1.05 of ln(2N - 1), the spread of the features from 0.35 to 0.4. */
    private static Series simClr(Random random, int length) {
        return new Series(SIMCLR, i -> {
                    double t = Math.max(0, i / (double) length - 0.03);
                    return (3.4 + (1.05 * SIMCLR - 3.4) * Math.exp(-12 * t)) * noise(random, 0.03);
                })
                .with("featureDeviation", i -> (0.4 - 0.05 * Math.exp(-8.0 * i / length)) * noise(random, 0.05))
                .with("effectiveRank", i -> (5 + 40.0 * i / length) * noise(random, 0.1))
                .with("gradientNorm", i -> 5 * Math.exp(random.nextGaussian()));
    }

    /** N = 16: noisier, and still at the start throughout the warm-up. */
    private static Series simClrOfFew(Random random, int length) {
        return new Series(Math.log(31), i -> {
                    double t = i / (double) length;
                    return Math.log(31) * (1 - 0.4 * clamp(3 * t - 0.15)) * noise(random, 0.06);
                })
                .with("featureDeviation", i -> 0.35 * noise(random, 0.15))
                .with("effectiveRank", i -> (3 + 5.0 * i / length) * noise(random, 0.1));
    }

    /** From 2 almost to 0 while the target hardly moves, up again as the features spread, slowly down. */
    private static Series byol(Random random, int length) {
        return new Series(UNKNOWN, i -> {
                    double t = i / (double) length;
                    double loss = 2 * Math.exp(-60 * t) + 0.1 + 0.4 * clamp(5 * t) * (1 - 0.5 * t);
                    return loss * noise(random, 0.1);
                })
                .with("featureDeviation", i -> (0.25 + 0.4 * i / length) * noise(random, 0.05))
                .with("effectiveRank", i -> (4 + 60.0 * i / length) * noise(random, 0.1));
    }

    /** The same small loss all along, while the features get better. */
    private static Series byolAtRest(Random random, int length) {
        return new Series(UNKNOWN, i -> 0.06 * noise(random, 0.1))
                .with("featureDeviation", i -> 0.3 * noise(random, 0.05))
                .with("effectiveRank", i -> (4 + 60.0 * i / length) * noise(random, 0.1));
    }

    /** To 0, where single batches cost ten times as much. */
    private static Series supervised(Random random, int length, double expectedStart) {
        return new Series(expectedStart, i -> {
                    double t = Math.max(0, i / (double) length - 0.05);
                    double wild = t > 0 && random.nextInt(20) == 0 ? 10 : 1;
                    return 2.3 * Math.exp(-10 * t) * wild * noise(random, 0.2);
                })
                .with("trainAccuracy", i -> clamp(0.1 + 1.5 * i / length));
    }

    /** Next to nothing from the start on, single batches several times as much. */
    private static Series fineTuned(Random random) {
        return new Series(UNKNOWN, i -> 0.02 * Math.exp(0.5 * random.nextGaussian()))
                .with("trainAccuracy", i -> 0.95 + 0.05 * random.nextDouble());
    }

    /** From ln 10 to the teacher's entropy. */
    private static Series distilled(Random random, int length) {
        return new Series(UNKNOWN, i -> (1.9 + 0.4 * Math.exp(-12.0 * i / length)) * noise(random, 0.02))
                .with("teacherAgreement", i -> clamp(0.1 + 2.0 * i / length));
    }

    /** A student that begins as its teacher's equal has nothing but the entropy left to pay. */
    private static Series distilledAtRest(Random random) {
        return new Series(UNKNOWN, i -> 1.9 * noise(random, 0.02)).with("teacherAgreement", i -> 0.9);
    }

    private static double noise(Random random, double size) {
        return Math.max(0.1, 1 + size * random.nextGaussian());
    }

    private static double clamp(double value) {
        return Math.min(1, Math.max(0, value));
    }
}
