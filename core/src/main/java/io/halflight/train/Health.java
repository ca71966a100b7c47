package io.halflight.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches one stage and says in plain words when it goes wrong without failing: self-supervised training can collapse,
 * diverge or stand still for hours while every number stays finite.
 *
 * <p>It would rather miss a bad run than disturb a good one, so nothing is judged in the warm-up, when a rate near 0 keeps
 * the loss where it starts and fresh features look alike, and nothing by a single step: the loss is the median of the last
 * ten observations, which forgets wild steps and the warm-up alike, and counts as high when eight of the ten are.
 *
 * <p>Takes what {@link Trainer} logs. Of the parts it reads {@code featureDeviation}, {@code projectionDeviation} and {@code effectiveRank}, which only
 * methods that learn without labels should log: a classifier of two classes may well end with features on one line.
 */
final class Health {
    /** What can go wrong. */
    enum Kind {
        /** The features of all pictures become the same, or differ in one direction only. */
        COLLAPSE,
        /** The loss grows beyond what knowing nothing costs, or the gradient is no number. */
        DIVERGENCE,
        /** The loss stays where it began. */
        STANDSTILL
    }

    /**
     * Something to tell the user.
     *
     * @param message one or two sentences with the figures and what to try
     */
    record Warning(Kind kind, String message) {}

    /** Share of the steps before which nothing is judged: what the recipes take for the learning rate to rise. */
    private static final double WARM_UP = 0.05;

    /** Observations that make "the start", and without which nothing is judged. */
    private static final int EARLY = 5;

    /** Observations that make "now": one epoch, since the trainer logs ten times in each. */
    private static final int RECENT = 10;

    /** How often something must be seen without a break to be believed. */
    private static final int IN_A_ROW = 3;

    /** Fresh encoders start at about 0.5, good ones stay at 0.3 to 1: below this, pictures are hardly told apart. */
    private static final double LOW_DEVIATION = 0.1;

    /** Projections of a trained head spread at 0.6 to 1: 0.2 is a mean cosine of 0.96 between different pictures. */
    private static final double LOW_PROJECTION = 0.2;

    /** Two directions of equal weight make 2, one makes 1. */
    private static final double LOW_RANK = 1.5;

    /** Over the start: fresh SimCLR projections were seen at 1.05 of ln(2N - 1). */
    private static final double DIVERGED = 1.2;

    /** Over the lowest loss so far, where the start is unknown: BYOL's rises by half in good health. */
    private static final double DIVERGED_FROM_LOWEST = 2;

    /** Share of the steps, and observations, after which a loss should have moved. */
    private static final double PATIENCE = 0.2;

    private static final int PATIENT = 20;

    /** How near the start is standing still. */
    private static final double STILL = 0.01;

    /** How far a loss of unknown start may have fallen on the way: more than that is learning that came back. */
    private static final double FELL = 0.03;

    /** Change of a figure of the features, against its start, that shows that the weights move. */
    private static final double MOVED = 0.05;

    private final String stage;
    private final Set<Kind> reported = EnumSet.noneOf(Kind.class);
    private final Map<String, Figure> figures = new HashMap<>();
    private final Figure loss = new Figure();
    private long firstStep;
    private int observations;
    private double lowest = Double.POSITIVE_INFINITY;
    private int stillInARow;

    /**
     * Watches a stage from its start; see {@link #recall} for one that was interrupted.
     *
     * @param stage its name in the recipe
     */
    Health(String stage) {
        this.stage = stage;
    }

    /**
     * Takes the figures of a logged step.
     *
     * @param step steps done
     * @param steps of the whole stage
     * @param loss of this step
     * @param expectedStart the loss of a network that knows nothing, such as ln(2N - 1) or ln K; NaN if unknown
     * @param parts the step's named figures
     * @return what to tell the user, each kind at most once
     */
    Optional<Warning> observe(long step, long steps, double loss, double expectedStart, Map<String, Double> parts) {
        firstStep = observations == 0 ? step : firstStep;
        observations++;
        boolean judged = observations >= EARLY && step >= WARM_UP * steps;
        this.loss.add(loss, judged);
        parts.forEach((name, value) ->
                figures.computeIfAbsent(name, n -> new Figure()).add(value, judged));
        if (!judged) {
            return Optional.empty();
        }
        At at = new At(step, steps, expectedStart > 0 ? expectedStart : Double.NaN);
        boolean enough = this.loss.isFilled();
        lowest = enough ? Math.min(lowest, this.loss.now()) : lowest;
        stillInARow = enough && isStill(at) ? stillInARow + 1 : 0;
        return broken(loss, parts, at)
                .or(() -> enough && isHigh(at) ? diverged(at) : Optional.empty())
                .or(() -> collapsed("featureDeviation", LOW_DEVIATION, parts, at))
                .or(() -> collapsed("projectionDeviation", LOW_PROJECTION, parts, at))
                .or(() -> collapsed("effectiveRank", LOW_RANK, parts, at))
                .or(() -> stillInARow >= IN_A_ROW ? standsStill(at) : Optional.empty());
    }

    /** Takes in what an interrupted stage had logged: what was said then is not said again, and judged is as if never interrupted. */
    void recall(List<Map<String, @Nullable Object>> logged) {
        for (Map<String, @Nullable Object> line : logged) {
            if (line.get("learningRate") instanceof Number && line.get("step") instanceof Long step) {
                Map<String, Double> parts = new HashMap<>();
                line.forEach((name, value) -> parts.put(name, asDouble(value)));
                observe(
                        step,
                        (long) asDouble(line.get("steps")),
                        asDouble(line.get("loss")),
                        asDouble(line.get("expectedStart")),
                        parts);
            }
        }
    }

    /** What JSON cannot express, such as an infinite gradient, stands there as null. */
    private static double asDouble(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private Optional<Warning> broken(double loss, Map<String, Double> parts, At at) {
        boolean gradient = !Double.isFinite(parts.getOrDefault("gradientNorm", 0.0));
        if (!gradient && Double.isFinite(loss)) {
            return Optional.empty();
        }
        return warning(
                Kind.DIVERGENCE,
                "Stage %s has diverged: at %s its %s is not a finite number. Try a third of the learning rate (%s)."
                        .formatted(stage, at.text(), gradient ? "gradient" : "loss", rate()));
    }

    private boolean isHigh(At at) {
        if (at.knowsStart()) {
            return loss.atLeast() > DIVERGED * at.expectedStart();
        }
        // Losses near 0, as those of fine-tuning, double by chance: a network that is mostly right does not diverge.
        return sawStart(at)
                && lowest > 0
                && loss.atLeast() > DIVERGED_FROM_LOWEST * lowest
                && loss.atLeast() > loss.highStart()
                && !isMostlyRight();
    }

    private Optional<Warning> diverged(At at) {
        String than = at.knowsStart()
                ? "the %s of a network that knows nothing".formatted(number(at.expectedStart()))
                : "the %s that it had reached, and than at the start".formatted(number(lowest));
        return warning(
                Kind.DIVERGENCE,
                "Stage %s diverges: at %s its loss is %s, much more than %s. Try a third of the learning rate (%s)."
                        .formatted(stage, at.text(), number(loss.now()), than, rate()));
    }

    private Optional<Warning> collapsed(String name, double low, Map<String, Double> parts, At at) {
        Figure figure = figures.get(name);
        if (figure == null || !parts.containsKey(name) || !figure.isBelow(low)) {
            return Optional.empty();
        }
        String meaning = name.equals("effectiveRank")
                ? "the pictures differ in hardly more than one direction, where dozens are usual"
                : "the network sees nearly the same in every picture, where 0.3 to 1 is usual";
        return warning(
                Kind.COLLAPSE,
                ("The features of stage %s collapse: %s is %s at %s, so %s. Try a lower learning rate (%s) or a larger"
                                + " batch, and check that the views differ and that the method has its predictor, if it"
                                + " needs one.")
                        .formatted(stage, name, number(figure.last()), at.text(), meaning, rate()));
    }

    private boolean isStill(At at) {
        if (observations < PATIENT || at.step() < PATIENCE * at.steps()) {
            return false;
        }
        if (at.knowsStart()) {
            return isNear(loss.now(), at.expectedStart());
        }
        // Distillation's loss ends at the teacher's entropy, which may be where it began, and that of methods such as
        // BYOL may look the same throughout: there, other figures tell.
        return sawStart(at)
                && loss.start() > 0
                && isNear(loss.now(), loss.start())
                && lowest >= (1 - FELL) * loss.start()
                && !isMostlyRight()
                && !hasMoved("featureDeviation")
                && !hasMoved("effectiveRank");
    }

    /** Whether the first observations are those of the stage, not those after an interruption. */
    private boolean sawStart(At at) {
        return firstStep <= Math.max(1, WARM_UP * at.steps());
    }

    private static boolean isNear(double now, double start) {
        return Math.abs(now - start) <= STILL * start;
    }

    private boolean isMostlyRight() {
        return isMostlyRight("trainAccuracy") || isMostlyRight("teacherAgreement");
    }

    private boolean isMostlyRight(String name) {
        Figure figure = figures.get(name);
        return figure != null && figure.now() > 0.5;
    }

    private boolean hasMoved(String name) {
        Figure figure = figures.get(name);
        return figure != null && Math.abs(figure.now() - figure.start()) > MOVED * figure.start();
    }

    private Optional<Warning> standsStill(At at) {
        if (reported.contains(Kind.COLLAPSE) || reported.contains(Kind.DIVERGENCE)) {
            return Optional.empty(); // said already, and nearer to the cause
        }
        String start = at.knowsStart()
                ? "the %s of a network that knows nothing".formatted(number(at.expectedStart()))
                : "the %s of its first steps".formatted(number(loss.start()));
        return warning(
                Kind.STANDSTILL,
                ("Stage %s learns nothing: at %s its loss is %s, still within 1 %% of %s. Check that the learning rate"
                                + " (%s) is neither far too low nor too high, and that pictures and views are what they"
                                + " should be.")
                        .formatted(stage, at.text(), number(loss.now()), start, rate()));
    }

    private Optional<Warning> warning(Kind kind, String message) {
        return reported.add(kind) ? Optional.of(new Warning(kind, message)) : Optional.empty();
    }

    private String rate() {
        return "stages." + stage + ".optimizer.learning_rate";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }

    /** Where the stage is; an expected start that no loss can be compared with is NaN. */
    private record At(long step, long steps, double expectedStart) {
        boolean knowsStart() {
            return Double.isFinite(expectedStart);
        }

        String text() {
            return "step " + step + " of " + steps;
        }
    }

    /** A figure over time; what is no number is left out. */
    private static final class Figure {
        private final List<Double> early = new ArrayList<>();
        private final Deque<Double> recent = new ArrayDeque<>();

        void add(double value, boolean judged) {
            if (!Double.isFinite(value)) {
                return;
            }
            if (early.size() < EARLY) {
                early.add(value);
            }
            if (judged) {
                recent.addLast(value);
            }
            if (recent.size() > RECENT) {
                recent.removeFirst();
            }
        }

        /** Whether there is enough for a median that a few wild steps do not move. */
        boolean isFilled() {
            return recent.size() == RECENT;
        }

        double start() {
            return median(early);
        }

        /** The first value where it is above the start: a loss that falls fast has left it after five observations. */
        double highStart() {
            return early.isEmpty() ? Double.NaN : Math.max(early.get(0), start());
        }

        double now() {
            return median(recent);
        }

        /** What eight of the last ten values reach: a tenth of batches may cost ten times as much, diverged ones all do. */
        double atLeast() {
            return recent.stream().sorted().skip(RECENT / 5).findFirst().orElse(Double.NaN);
        }

        double last() {
            return recent.isEmpty() ? Double.NaN : recent.getLast();
        }

        boolean isBelow(double limit) {
            return recent.size() >= IN_A_ROW
                    && recent.stream().skip(recent.size() - IN_A_ROW).allMatch(value -> value < limit);
        }

        private static double median(Collection<Double> values) {
            double[] sorted =
                    values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int n = sorted.length;
            return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        }
    }
}
