package io.halflight.train;

import static java.util.Objects.requireNonNull;

import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.LabelSplit;
import io.halflight.data.Loader;
import io.halflight.data.Transform;
import io.halflight.train.Trainer.Lead;
import io.halflight.train.Trainer.Plan;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The one or two streams that a stage learns from, step by step; one of them leads and says what an epoch is. */
final class Feeds {
    private final @Nullable Feed labelled;
    private final @Nullable Feed unlabelled;
    private final Loader lead;

    private Feeds(@Nullable Feed labelled, @Nullable Feed unlabelled, Lead leads) {
        this.labelled = labelled;
        this.unlabelled = unlabelled;
        Feed leading = leads == Lead.LABELLED ? labelled : unlabelled;
        lead = requireNonNull(leading, "the method lacks the leading stream").loader();
    }

    /**
     * Makes the streams of which a method wants views.
     *
     * @param onDevice whether to make views on the device
     */
    static Feeds of(
            Plan plan,
            ViewPolicy policy,
            Dataset data,
            LabelSplit split,
            Compute compute,
            long seed,
            boolean onDevice) {
        record Maker(Plan plan, Dataset data, Compute compute, long seed, boolean onDevice) {
            Feed feed(Lead stream, int[] pictures, IntUnaryOperator label, List<Transform> views, int batch) {
                String name = plan.stage() + (stream == Lead.LABELLED ? "/labelled" : "/unlabelled");
                int perEpoch = plan.leads() == stream ? plan.picturesPerEpoch() : 0;
                var config = new Loader.Config(batch, true, true, seed, name, perEpoch);
                return new Feed(data, pictures, label, views, config, compute, onDevice);
            }
        }
        Maker maker = new Maker(plan, data, compute, seed, onDevice);
        GivenLabels given = plan.given();
        Feed labelled = policy.labelled().isEmpty()
                ? null
                : maker.feed(
                        Lead.LABELLED,
                        given == null ? split.labelled() : given.pictures(),
                        given == null ? split::label : given.label(),
                        policy.labelled(),
                        plan.labelledBatch());
        Feed unlabelled = policy.unlabelled().isEmpty()
                ? null
                : maker.feed(
                        Lead.UNLABELLED,
                        plan.unlabelled(),
                        hidden -> Dataset.UNLABELLED,
                        policy.unlabelled(),
                        plan.unlabelledBatch());
        return new Feeds(labelled, unlabelled, plan.leads());
    }

    /** Pictures of the leading stream in a step. */
    int batch() {
        return lead.batch();
    }

    long stepsPerEpoch() {
        return lead.stepsPerEpoch();
    }

    /** Steps without end, from the given one on. */
    Open open(long firstStep) {
        Feed.Open first = labelled == null ? null : labelled.open(firstStep);
        try {
            return new Open(first, unlabelled == null ? null : unlabelled.open(firstStep));
        } catch (RuntimeException | Error e) {
            if (first != null) {
                first.close();
            }
            throw e;
        }
    }

    /** The open streams, for one thread. A batch's tensors live until the next one is asked for, in no scope. */
    static final class Open implements AutoCloseable {
        private final Feed.@Nullable Open labelled;
        private final Feed.@Nullable Open unlabelled;

        private Open(Feed.@Nullable Open labelled, Feed.@Nullable Open unlabelled) {
            this.labelled = labelled;
            this.unlabelled = unlabelled;
        }

        Batch next() {
            Batch.Stream u = unlabelled == null ? null : unlabelled.next();
            Batch.Stream l = labelled == null ? null : labelled.next();
            return new Batch(l, u);
        }

        /** As {@link Feed.Open#prepare}. */
        void prepare() {
            if (unlabelled != null) {
                unlabelled.prepare();
            }
            if (labelled != null) {
                labelled.prepare();
            }
        }

        /** Seconds that {@link #next} has waited for the loaders' threads. */
        double waitSeconds() {
            return (labelled == null ? 0 : labelled.waitSeconds())
                    + (unlabelled == null ? 0 : unlabelled.waitSeconds());
        }

        @Override
        public void close() {
            try (Feed.@Nullable Open l = labelled;
                    Feed.@Nullable Open u = unlabelled) {
                // one after the other, whatever the first one throws
            }
        }
    }
}
