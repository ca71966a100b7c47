package io.halflight.train;

import java.util.Map;

/** Watches a run. Called on the training thread; must return quickly. */
public interface RunListener {
    /** Does nothing. */
    RunListener SILENT = new RunListener() {};

    /** Something the user should read once: what was resolved, what was left out, a warning. */
    default void message(String line) {}

    /** Work that precedes training, such as reading files; {@code total} may be 0 while it is unknown. */
    default void preparing(String what, long done, long total) {}

    /** A stage begins; {@code detail} says in words what it will do. */
    default void stageStarted(String stage, int number, int count, String detail) {}

    /** At most about ten times a second. */
    default void progress(Progress progress) {}

    /** Figures of an evaluation during a stage, such as {@code knn}, {@code linear}, {@code validationAccuracy}. */
    default void evaluated(String stage, int epoch, Map<String, Double> figures) {}

    /** A stage ended or, with {@code reused}, had been finished by an earlier start of the same run. */
    default void stageFinished(String stage, double seconds, boolean reused) {}
}
