package io.halflight.train;

import io.halflight.HalflightException;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.LabelSplit;
import io.halflight.data.Seeds;
import io.halflight.method.Loss;
import io.halflight.method.Method;
import io.halflight.method.Step;
import io.halflight.method.Trainable;
import io.halflight.nn.Recompute;
import io.halflight.optim.GradientNorm;
import io.halflight.optim.Optimizer;
import io.halflight.optim.Parameter;
import io.halflight.optim.Schedule;
import io.halflight.torch.Autocast;
import io.halflight.torch.NativeMemory;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The training loop, written once: it runs every method and knows none. */
public final class Trainer {
    /**
     * How long and how fast to train.
     *
     * @param stage its name, also the root of its random streams
     * @param epochs passes over the leading stream
     * @param leads the stream that epochs count
     * @param labelledBatch labelled pictures in a step, where the method has that stream
     * @param unlabelledBatch unlabelled pictures in a step, where the method has that stream
     * @param picturesPerEpoch length of an epoch in pictures of the leading stream; 0 for all of them
     * @param unlabelled places of the unlabelled stream's pictures; one that stands there twice is shown twice in a pass,
     *     in different views
     * @param given the labelled stream; null for that of the split
     * @param optimizer rule, rate and schedule
     * @param evaluations how many times to evaluate, evenly spread, the last after the last epoch
     */
    public record Plan(
            String stage,
            int epochs,
            Lead leads,
            int labelledBatch,
            int unlabelledBatch,
            int picturesPerEpoch,
            int[] unlabelled,
            @Nullable GivenLabels given,
            OptimizerSettings optimizer,
            int evaluations) {
        /** What the recipe calls the batch: that of the leading stream. */
        int batch() {
            return leads == Lead.LABELLED ? labelledBatch : unlabelledBatch;
        }

        /** The same with batches of a part of the size. */
        Plan divided(int by) {
            int labelled = Math.max(1, labelledBatch / by);
            int other = Math.max(1, unlabelledBatch / by);
            return new Plan(
                    stage, epochs, leads, labelled, other, picturesPerEpoch, unlabelled, given, optimizer, evaluations);
        }
    }

    /** Which stream's passes are a stage's epochs; the other one begins anew as often as it has to. */
    public enum Lead {
        LABELLED,
        UNLABELLED
    }

    /**
     * Takes figures after an epoch. Of these {@code validationAccuracy}, or without it {@code knn}, decides which weights
     * are the best.
     */
    @FunctionalInterface
    public interface Evaluation {
        Map<String, Double> evaluate(int epoch);
    }

    /**
     * How a stage ended.
     *
     * @param finished false if it was asked to stop; its checkpoint then holds where
     * @param seconds training time over all starts
     * @param bestEpoch the epoch whose weights are in {@code best.safetensors}, -1 if nothing was validated
     */
    public record Outcome(boolean finished, double seconds, int bestEpoch) {}

    /**
     * What a stage costs.
     *
     * @param steps optimiser steps of the whole stage
     * @param secondsPerStep as measured
     */
    public record Timing(long steps, double secondsPerStep) {}

    private static final int LOG_LINES_PER_EPOCH = 10;

    private final Dataset data;
    private final LabelSplit split;
    private final Compute compute;
    private final long seed;
    private final AtomicBoolean stop;
    private final RunListener listener;
    private final boolean viewsOnDevice;

    /** On a GPU views are made there wherever they can be. */
    public Trainer(
            Dataset data, LabelSplit split, Compute compute, long seed, AtomicBoolean stop, RunListener listener) {
        this(data, split, compute, seed, stop, listener, compute.device().is_cuda());
    }

    Trainer(
            Dataset data,
            LabelSplit split,
            Compute compute,
            long seed,
            AtomicBoolean stop,
            RunListener listener,
            boolean viewsOnDevice) {
        this.data = data;
        this.split = split;
        this.compute = compute;
        this.seed = seed;
        this.stop = stop;
        this.listener = listener;
        this.viewsOnDevice = viewsOnDevice;
    }

    /** What stays the same throughout a stage; without a directory nothing is written. */
    private record Fitting(
            Plan plan,
            Method method,
            Trainable trainable,
            Optimizer optimizer,
            Schedule schedule,
            @Nullable Path directory) {}

    /** Times a few real steps, after one that is not counted; changes the method's weights, writes nothing. */
    public Timing measure(Plan plan, Method method, int steps) {
        Trainable trainable = method.trainable();
        Optimizer optimizer = plan.optimizer().create(trainable.parameters());
        Feeds feeds = feeds(plan, method);
        long total = feeds.stepsPerEpoch() * plan.epochs();
        Schedule schedule = plan.optimizer().schedule(feeds.batch(), total);
        Fitting fitting = new Fitting(plan, method, trainable, optimizer, schedule, null);
        method.train(true);
        try (Feeds.Open open = feeds.open(0)) {
            long start = System.nanoTime();
            for (int i = 0; i <= steps; i++) {
                start = i == 1 ? System.nanoTime() : start;
                step(fitting, new Step(i, total, 0, false), open);
            }
            return new Timing(total, (System.nanoTime() - start) / 1e9 / steps);
        }
    }

    /**
     * Trains, from the newest checkpoint in the directory or from the start. Leaves {@code last.safetensors} and, where
     * something was validated, {@code best.safetensors}.
     *
     * @param meter reports progress in terms of the whole run
     * @throws HalflightException if the loss stops being a number or memory runs out
     */
    public Outcome fit(Plan plan, Method method, Path directory, StageMeter meter, Evaluation evaluation) {
        try {
            return train(plan, method, directory, meter, evaluation);
        } catch (HalflightException e) {
            throw NativeMemory.ranOut(e.getCause())
                    ? StepMemory.advised(
                            e,
                            plan,
                            compute.recompute(),
                            (tried, again) -> with(again).measure(tried, method, 1))
                    : e;
        }
    }

    private Trainer with(Recompute.Extent recompute) {
        Compute other = new Compute(compute.device(), compute.precision(), compute.loaderThreads(), recompute);
        return new Trainer(data, split, other, seed, stop, listener, viewsOnDevice);
    }

    private Outcome train(Plan plan, Method method, Path directory, StageMeter meter, Evaluation evaluation) {
        Trainable trainable = method.trainable();
        Optimizer optimizer = plan.optimizer().create(trainable.parameters());
        MetricsLog log = new MetricsLog(directory);
        Checkpoint at = Checkpoint.restore(directory, trainable.state(), optimizer.state(), listener);
        Health health = new Health(plan.stage());
        health.recall(log.rewindTo(at.step()));

        Feeds feeds = feeds(plan, method);
        long stepsPerEpoch = feeds.stepsPerEpoch();
        long steps = stepsPerEpoch * plan.epochs();
        Schedule schedule = plan.optimizer().schedule(feeds.batch(), steps);
        Fitting fitting = new Fitting(plan, method, trainable, optimizer, schedule, directory);
        long logEvery = Math.max(1, stepsPerEpoch / LOG_LINES_PER_EPOCH);

        method.train(true);
        meter.start(at.step(), steps, stepsPerEpoch, at.seconds());
        SavePoints savePoints = new SavePoints(at.seconds());
        try (Feeds.Open open = feeds.open(at.step())) {
            for (long i = at.step(); i < steps; i++) {
                int epoch = (int) (i / stepsPerEpoch);
                Step step = new Step(i, steps, epoch, (i + 1) % logEvery == 0);
                double expectedStart = method.expectedStart(feeds.batch()); // a queue that fills raises it
                StepFigures figures = step(fitting, step, open);
                meter.stepDone(figures, expectedStart);
                if (step.logged()) {
                    log.append(meter.line(epoch, i + 1, figures));
                    health.observe(i + 1, steps, figures.loss(), expectedStart, figures.parts())
                            .ifPresent(warning -> warn(warning, plan, step, log));
                }
                boolean epochDone = (i + 1) % stepsPerEpoch == 0;
                if (epochDone && isDue(epoch, plan)) {
                    at = evaluate(plan, method, trainable, directory, evaluation, log, at, epoch, i + 1);
                }
                at = new Checkpoint(i + 1, meter.seconds(), at.best(), at.bestEpoch());
                boolean interrupted = stop.get();
                if (interrupted || savePoints.isDue(epochDone, meter.seconds())) {
                    checkWeights(fitting, directory, i + 1);
                    log.force();
                    at.save(directory, trainable.state(), optimizer.state());
                }
                if (interrupted) {
                    return new Outcome(false, meter.seconds(), at.bestEpoch());
                }
            }
        }
        method.train(false);
        checkWeights(fitting, directory, steps);
        log.force();
        Safetensors.writeChecked(directory.resolve("last.safetensors"), trainable.state(), Map.of());
        return new Outcome(true, meter.seconds(), at.bestEpoch());
    }

    /** Weights that are no numbers must not take the place of a good checkpoint. */
    private static void checkWeights(Fitting fitting, Path directory, long step) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (Parameter parameter : fitting.trainable().parameters()) {
                if (!parameter.tensor().isfinite().all().item_bool()) {
                    throw FailedStep.brokenWeights(fitting.plan(), step, directory);
                }
            }
        }
    }

    private void warn(Health.Warning warning, Plan plan, Step step, MetricsLog log) {
        listener.message("Warning: " + warning.message());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("stage", plan.stage());
        line.put("epoch", step.epoch());
        line.put("step", step.index() + 1);
        line.put("warning", warning.message());
        log.append(line);
    }

    private StepFigures step(Fitting fitting, Step step, Feeds.Open feeds) {
        Method method = fitting.method();
        Optimizer optimizer = fitting.optimizer();
        double waitedBefore = feeds.waitSeconds();
        Batch batch = feeds.next();
        double rate = fitting.schedule().at(step.index());
        long torchSeed = Seeds.derive(seed, "torch", step.index());
        torch.manual_seed(torchSeed);
        try (PointerScope scope = new PointerScope();
                Recompute again = Recompute.open(compute.recompute())) {
            Loss loss;
            try (Autocast autocast = Autocast.of(compute.device(), compute.precision())) {
                loss = method.loss(batch, step);
            }
            optimizer.zeroGrad();
            loss.backward().run();
            again.requireFinished();
            feeds.prepare();
            Map<String, Double> parts = new LinkedHashMap<>();
            if (step.logged()) {
                loss.parts().forEach((name, tensor) -> parts.put(name, (double) Tensors.item(tensor)));
                parts.put("gradientNorm", (double)
                        Tensors.item(GradientNorm.of(fitting.trainable().parameters())));
            }
            double value = Tensors.item(loss.total());
            Path directory = fitting.directory();
            if (!Double.isFinite(value) && directory != null) {
                Map<String, Tensor> state = fitting.trainable().state();
                throw FailedStep.diverged(fitting.plan(), step, directory, torchSeed, state, batch);
            }
            optimizer.step(rate);
            try (NoGradGuard guard = new NoGradGuard()) {
                method.afterUpdate(step);
            }
            long views = views(batch.unlabelledStream()) + views(batch.labelledStream());
            return new StepFigures(value, rate, views, feeds.waitSeconds() - waitedBefore, parts);
        } catch (RuntimeException e) {
            throw StepMemory.explained(e, fitting.plan());
        }
    }

    private Checkpoint evaluate(
            Plan plan,
            Method method,
            Trainable trainable,
            Path directory,
            Evaluation evaluation,
            MetricsLog log,
            Checkpoint at,
            int epoch,
            long step) {
        method.train(false);
        Map<String, Double> figures = evaluation.evaluate(epoch);
        method.train(true);
        if (figures.isEmpty()) {
            return at;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("stage", plan.stage());
        line.put("epoch", epoch);
        line.put("step", step);
        line.putAll(figures);
        log.append(line);
        listener.evaluated(plan.stage(), epoch, figures);
        double accuracy = figures.getOrDefault("validationAccuracy", figures.getOrDefault("knn", Double.NaN));
        if (Double.isNaN(accuracy) || accuracy <= at.best()) {
            return at;
        }
        Safetensors.writeChecked(directory.resolve("best.safetensors"), trainable.state(), Map.of("epoch", "" + epoch));
        return new Checkpoint(at.step(), at.seconds(), accuracy, epoch);
    }

    private static boolean isDue(int epoch, Plan plan) {
        int every = Math.max(1, plan.epochs() / Math.max(1, plan.evaluations()));
        return (plan.epochs() - 1 - epoch) % every == 0;
    }

    private Feeds feeds(Plan plan, Method method) {
        return Feeds.of(plan, method.views(), data, split, compute, seed, viewsOnDevice);
    }

    private static long views(Batch.@Nullable Stream stream) {
        return stream == null
                ? 0
                : (long) stream.indices().length * stream.views().size();
    }
}
