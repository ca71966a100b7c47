package io.halflight.train;

import static java.util.Objects.requireNonNull;

import io.halflight.HalflightException;
import io.halflight.augment.ViewPolicy;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.HostBatch;
import io.halflight.data.LabelSplit;
import io.halflight.data.Loader;
import io.halflight.data.Seeds;
import io.halflight.data.Transform;
import io.halflight.method.Loss;
import io.halflight.method.Method;
import io.halflight.method.Step;
import io.halflight.method.Trainable;
import io.halflight.nn.ChannelsLast;
import io.halflight.optim.GradientNorm;
import io.halflight.optim.Optimizer;
import io.halflight.optim.Schedule;
import io.halflight.torch.Autocast;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntUnaryOperator;
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
            int evaluations) {}

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

    public Trainer(
            Dataset data, LabelSplit split, Compute compute, long seed, AtomicBoolean stop, RunListener listener) {
        this.data = data;
        this.split = split;
        this.compute = compute;
        this.seed = seed;
        this.stop = stop;
        this.listener = listener;
    }

    /** Times a few real steps, after one that is not counted; changes the method's weights, writes nothing. */
    public Timing measure(Plan plan, Method method, int steps) {
        Trainable trainable = method.trainable();
        Optimizer optimizer = plan.optimizer().create(trainable.parameters());
        Loader unlabelled = unlabelled(plan, method.views());
        Loader labelled = labelled(plan, method.views());
        Loader lead = lead(plan, unlabelled, labelled);
        long total = lead.stepsPerEpoch() * plan.epochs();
        Schedule schedule = plan.optimizer().schedule(lead.batch(), total);
        method.train(true);
        try (Loader.@Nullable Batches u = unlabelled == null ? null : unlabelled.open(0);
                Loader.@Nullable Batches l = labelled == null ? null : labelled.open(0)) {
            long start = System.nanoTime();
            for (int i = 0; i <= steps; i++) {
                start = i == 1 ? System.nanoTime() : start;
                step(method, trainable, optimizer, schedule, new Step(i, total, 0, false), u, l);
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
        Trainable trainable = method.trainable();
        Optimizer optimizer = plan.optimizer().create(trainable.parameters());
        MetricsLog log = new MetricsLog(directory);
        Checkpoint at = Checkpoint.restore(directory, trainable.state(), optimizer.state(), listener);
        Health health = new Health(plan.stage());
        health.recall(log.rewindTo(at.step()));

        Loader unlabelled = unlabelled(plan, method.views());
        Loader labelled = labelled(plan, method.views());
        Loader lead = lead(plan, unlabelled, labelled);
        long stepsPerEpoch = lead.stepsPerEpoch();
        long steps = stepsPerEpoch * plan.epochs();
        Schedule schedule = plan.optimizer().schedule(lead.batch(), steps);
        long logEvery = Math.max(1, stepsPerEpoch / LOG_LINES_PER_EPOCH);

        method.train(true);
        meter.start(at.step(), steps, stepsPerEpoch, at.seconds());
        SavePoints savePoints = new SavePoints(at.seconds());
        try (Loader.@Nullable Batches u = unlabelled == null ? null : unlabelled.open(at.step());
                Loader.@Nullable Batches l = labelled == null ? null : labelled.open(at.step())) {
            for (long i = at.step(); i < steps; i++) {
                int epoch = (int) (i / stepsPerEpoch);
                Step step = new Step(i, steps, epoch, (i + 1) % logEvery == 0);
                double expectedStart = method.expectedStart(lead.batch()); // a queue that fills raises it
                StepFigures figures = step(method, trainable, optimizer, schedule, step, u, l);
                if (!Double.isFinite(figures.loss())) {
                    throw diverged(plan, i, directory);
                }
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
                    log.force();
                    at.save(directory, trainable.state(), optimizer.state());
                }
                if (interrupted) {
                    return new Outcome(false, meter.seconds(), at.bestEpoch());
                }
            }
        }
        method.train(false);
        log.force();
        Safetensors.writeChecked(directory.resolve("last.safetensors"), trainable.state(), Map.of());
        return new Outcome(true, meter.seconds(), at.bestEpoch());
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

    private StepFigures step(
            Method method,
            Trainable trainable,
            Optimizer optimizer,
            Schedule schedule,
            Step step,
            Loader.@Nullable Batches unlabelled,
            Loader.@Nullable Batches labelled) {
        double waitedBefore = waited(unlabelled) + waited(labelled);
        HostBatch u = unlabelled == null ? null : unlabelled.next();
        HostBatch l = labelled == null ? null : labelled.next();
        double waiting = waited(unlabelled) + waited(labelled) - waitedBefore;
        double rate = schedule.at(step.index());
        torch.manual_seed(Seeds.derive(seed, "torch", step.index()));
        try (PointerScope scope = new PointerScope()) {
            Batch batch = new Batch(upload(l), upload(u));
            Loss loss;
            try (Autocast autocast = Autocast.of(compute.device(), compute.precision())) {
                loss = method.loss(batch, step);
            }
            optimizer.zeroGrad();
            loss.backward().run();
            Map<String, Double> parts = new LinkedHashMap<>();
            if (step.logged()) {
                loss.parts().forEach((name, tensor) -> parts.put(name, (double) Tensors.item(tensor)));
                parts.put("gradientNorm", (double) Tensors.item(GradientNorm.of(trainable.parameters())));
            }
            double value = Tensors.item(loss.total());
            optimizer.step(rate);
            try (NoGradGuard guard = new NoGradGuard()) {
                method.afterUpdate(step);
            }
            return new StepFigures(value, rate, views(u) + views(l), waiting, parts);
        } catch (RuntimeException e) {
            throw explained(e, step);
        } finally {
            recycle(unlabelled, u);
            recycle(labelled, l);
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

    private Batch.@Nullable Stream upload(@Nullable HostBatch host) {
        if (host == null) {
            return null;
        }
        List<Tensor> views = new ArrayList<>();
        for (float[] view : host.views()) {
            Tensor cpu = Tensors.floats(view, host.size(), host.channels(), host.height(), host.width());
            Tensor moved = compute.device().is_cpu() ? cpu : cpu.to(compute.device(), torch.ScalarType.Float);
            views.add(ChannelsLast.of(moved));
        }
        Tensor labels = Tensors.longs(host.labels(), host.size());
        labels = compute.device().is_cpu() ? labels : labels.to(compute.device(), torch.ScalarType.Long);
        return new Batch.Stream(views, labels, host.indices());
    }

    private @Nullable Loader unlabelled(Plan plan, ViewPolicy policy) {
        IntUnaryOperator hidden = i -> Dataset.UNLABELLED;
        return policy.unlabelled().isEmpty()
                ? null
                : loader(
                        plan,
                        "unlabelled",
                        plan.unlabelled(),
                        hidden,
                        policy.unlabelled(),
                        plan.unlabelledBatch(),
                        plan.leads() == Lead.UNLABELLED ? plan.picturesPerEpoch() : 0);
    }

    private @Nullable Loader labelled(Plan plan, ViewPolicy policy) {
        GivenLabels given = plan.given();
        return policy.labelled().isEmpty()
                ? null
                : loader(
                        plan,
                        "labelled",
                        given == null ? split.labelled() : given.pictures(),
                        given == null ? split::label : given.label(),
                        policy.labelled(),
                        plan.labelledBatch(),
                        plan.leads() == Lead.LABELLED ? plan.picturesPerEpoch() : 0);
    }

    private Loader loader(
            Plan plan,
            String stream,
            int[] indices,
            IntUnaryOperator label,
            List<Transform> views,
            int batch,
            int picturesPerEpoch) {
        var config = new Loader.Config(batch, true, true, seed, plan.stage() + "/" + stream, picturesPerEpoch);
        return new Loader(data, indices, label, views, config, compute.loaderThreads());
    }

    private static Loader lead(Plan plan, @Nullable Loader unlabelled, @Nullable Loader labelled) {
        return requireNonNull(
                plan.leads() == Lead.LABELLED ? labelled : unlabelled, "the method lacks the leading stream");
    }

    private static double waited(Loader.@Nullable Batches batches) {
        return batches == null ? 0 : batches.waitSeconds();
    }

    private static long views(@Nullable HostBatch batch) {
        return batch == null ? 0 : (long) batch.size() * batch.views().size();
    }

    private static void recycle(Loader.@Nullable Batches batches, @Nullable HostBatch batch) {
        if (batches != null && batch != null) {
            batches.recycle(batch);
        }
    }

    private static HalflightException diverged(Plan plan, long step, Path directory) {
        return HalflightException.run(
                ("The loss of stage %s is not a number at step %d: the learning rate %s is likely too"
                                + " high. Try --set stages.%s.optimizer.learning_rate=%s in a new directory; %s keeps the last good"
                                + " checkpoint.")
                        .formatted(
                                plan.stage(),
                                step,
                                plan.optimizer().learningRate(),
                                plan.stage(),
                                plan.optimizer().learningRate() / 3,
                                directory));
    }

    private static RuntimeException explained(RuntimeException e, Step step) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("out of memory") || message.contains("can't allocate memory")) {
            return HalflightException.run(
                    "Memory ran out at step " + step.index()
                            + ": halve the stage's batch (--set stages.NAME.batch=...).",
                    e);
        }
        return e;
    }
}
