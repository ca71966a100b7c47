package io.halflight.train;

/**
 * When a stage saves: at the end of an epoch, unless it has just done so, and within an epoch that takes long. The system
 * property {@value #PROPERTY} sets the seconds in between, 0 for after every step.
 */
final class SavePoints {
    static final String PROPERTY = "halflight.checkpoint.seconds";

    /** What an interruption may cost where epochs are short; a checkpoint of a small network takes milliseconds. */
    private static final double SECONDS = 20;

    /** Within an epoch it saves so many times more rarely, every five minutes: there the file is likely large. */
    private static final double WITHIN_EPOCH = 15;

    private final double between;
    private double last;

    /**
     * Starts to count.
     *
     * @param now seconds of training so far
     */
    SavePoints(double now) {
        this.between = Double.parseDouble(System.getProperty(PROPERTY, Double.toString(SECONDS)));
        this.last = now;
    }

    /** Whether to save now; if so, the count begins anew. */
    boolean isDue(boolean epochDone, double now) {
        boolean due = now - last >= (epochDone ? between : between * WITHIN_EPOCH);
        last = due ? now : last;
        return due;
    }
}
