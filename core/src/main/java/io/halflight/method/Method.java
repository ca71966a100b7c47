package io.halflight.method;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;

/**
 * What a paper contributes: the views it wants and the loss it minimises. A method never touches a file, a thread or a
 * clock; the one trainer runs them all.
 */
public interface Method {
    /** The augmented views of the labelled and the unlabelled stream. */
    ViewPolicy views();

    /** The loss of one batch, with the graph that leads to it. Called in training mode, inside a scope and autocast. */
    Loss loss(Batch batch, Step step);

    /** Called after each optimiser step: moving averages, queues. Gradients are off. */
    default void afterUpdate(Step step) {}

    /**
     * The loss to expect before anything is learnt, of a batch of that many pictures; NaN where none can be told. Users
     * ask whether their loss is normal: this is what it is held against.
     */
    default double expectedStart(int batch) {
        return Double.NaN;
    }

    Trainable trainable();

    /** Puts every network of the method into training mode, or out of it; teachers stay in evaluation mode. */
    void train(boolean training);
}
