package io.halflight.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Turns steps into rates, shares and time left, and passes them on at most ten times a second. */
public final class StageMeter {
    /** Steps slower than this average over fewer of them; faster ones over about this many seconds. */
    private static final double WINDOW_SECONDS = 3;

    private static final double SECONDS_BETWEEN_REPORTS = 0.1;

    /** Where the clock stands still, rates are large but finite. */
    private static final double INSTANT = 1e-9;

    private final String stage;
    private final int number;
    private final int count;
    private final int epochs;
    private final double work;
    private final double laterWork;
    private final RunListener listener;
    private final LongSupplier nanos;

    private long steps;
    private long stepsPerEpoch = 1;
    private long done;
    private long doneHere;
    private double secondsBefore;
    private double expectedStart = Double.NaN;
    private long started;
    private long lastStep;
    private double lastReport = Double.NEGATIVE_INFINITY;
    private double loss = Double.NaN;
    private double views;
    private double waiting;
    private double window;

    /**
     * Measures one stage.
     *
     * @param work this stage's cost in units of which only the ratios matter, such as views through the network
     * @param laterWork the same for all stages after it
     */
    public StageMeter(
            String stage, int number, int count, int epochs, double work, double laterWork, RunListener listener) {
        this(stage, number, count, epochs, work, laterWork, listener, System::nanoTime);
    }

    StageMeter(
            String stage,
            int number,
            int count,
            int epochs,
            double work,
            double laterWork,
            RunListener listener,
            LongSupplier nanos) {
        this.stage = stage;
        this.number = number;
        this.count = count;
        this.epochs = epochs;
        this.work = work;
        this.laterWork = laterWork;
        this.listener = listener;
        this.nanos = nanos;
    }

    void start(long step, long steps, long stepsPerEpoch, double secondsBefore) {
        this.done = step;
        this.steps = steps;
        this.stepsPerEpoch = stepsPerEpoch;
        this.secondsBefore = secondsBefore;
        this.started = nanos.getAsLong();
        this.lastStep = started;
    }

    /** Counts a step; {@code expectedStart} is {@link io.halflight.method.Method#expectedStart}. */
    void stepDone(StepFigures figures, double expectedStart) {
        this.expectedStart = expectedStart;
        // Monotonic by contract, yet virtual machines that were moved have been seen to step back.
        long now = Math.max(lastStep, nanos.getAsLong());
        double seconds = (now - lastStep) / 1e9;
        lastStep = now;
        done++;
        doneHere++;
        double keep = Math.exp(-seconds / WINDOW_SECONDS);
        window = window * keep + seconds;
        views = views * keep + figures.views();
        waiting = waiting * keep + figures.waiting();
        loss = Double.isNaN(loss) ? figures.loss() : loss * keep + figures.loss() * (1 - keep);
        if (secondsHere() - lastReport >= SECONDS_BETWEEN_REPORTS || done == steps) {
            lastReport = secondsHere();
            listener.progress(new Progress(
                    stage,
                    number,
                    count,
                    (int) Math.min(epochs - 1, done / stepsPerEpoch),
                    epochs,
                    done,
                    steps,
                    loss,
                    views / Math.max(window, INSTANT),
                    Math.min(1, waiting / Math.max(window, INSTANT)),
                    secondsLeft(),
                    expectedStart));
        }
    }

    /** The log's line for a step. */
    Map<String, Object> line(int epoch, long step, StepFigures figures) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("stage", stage);
        line.put("epoch", epoch);
        line.put("step", step);
        line.put("steps", steps);
        line.put("seconds", seconds());
        line.put("loss", figures.loss());
        if (!Double.isNaN(expectedStart)) {
            line.put("expectedStart", expectedStart);
        }
        line.put("learningRate", figures.learningRate());
        line.put("picturesPerSecond", views / Math.max(window, INSTANT));
        line.put("waiting", Math.min(1, waiting / Math.max(window, INSTANT)));
        line.putAll(figures.parts());
        return line;
    }

    /** Training time of this stage over all starts. */
    double seconds() {
        return secondsBefore + secondsHere();
    }

    private double secondsHere() {
        return Math.max(lastStep - started, nanos.getAsLong() - started) / 1e9;
    }

    private double secondsLeft() {
        double workPerSecond = work * doneHere / steps / secondsHere();
        return (work * (steps - done) / steps + laterWork) / workPerSecond;
    }
}
