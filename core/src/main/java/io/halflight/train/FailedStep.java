package io.halflight.train;

import io.halflight.HalflightException;
import io.halflight.data.Batch;
import io.halflight.method.Step;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A step whose loss is no number, in a file: the weights before it as {@code model/NAME} and its batch as
 * {@code labelled/view-0} float32 [N, C, H, W], {@code labelled/labels} and {@code labelled/indices} int64 [N], and the same
 * for {@code unlabelled}. The picture of index i stands in line i + 2 of {@code split.csv}.
 */
final class FailedStep {
    private FailedStep() {}

    /**
     * Writes the file.
     *
     * @param seed that the step's random numbers were drawn from
     * @return its path, {@code failed-step-000000042.safetensors} for the step of index 42
     */
    private static Path write(Path directory, Step step, long seed, Map<String, Tensor> state, Batch batch) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        state.forEach((name, tensor) -> tensors.put("model/" + name, tensor));
        put(tensors, "labelled/", batch.labelledStream());
        put(tensors, "unlabelled/", batch.unlabelledStream());
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("step", Long.toString(step.index()));
        metadata.put("steps", Long.toString(step.total()));
        metadata.put("epoch", Integer.toString(step.epoch()));
        metadata.put("torch_seed", Long.toString(seed));
        Path file = directory.resolve("failed-step-%09d.safetensors".formatted(step.index()));
        Safetensors.writeChecked(file, tensors, metadata);
        return file;
    }

    private static void put(Map<String, Tensor> into, String prefix, Batch.@Nullable Stream stream) {
        if (stream == null) {
            return;
        }
        for (int i = 0; i < stream.views().size(); i++) {
            into.put(prefix + "view-" + i, stream.view(i));
        }
        into.put(prefix + "labels", stream.labels());
        long[] indices = Arrays.stream(stream.indices()).asLongStream().toArray();
        into.put(prefix + "indices", Tensors.longs(indices, indices.length));
    }

    /** Writes the file and says what the user reads. */
    static HalflightException diverged(
            Trainer.Plan plan, Step step, Path directory, long seed, Map<String, Tensor> state, Batch batch) {
        String kept;
        try {
            kept =
                    "%s holds the weights before that step and its batch, to compute it again (docs/reliability.md says how)"
                            .formatted(
                                    write(directory, step, seed, state, batch).getFileName());
        } catch (HalflightException e) {
            kept = "its batch could not be kept (" + e.getMessage() + ")";
        }
        return HalflightException.run(
                "The loss of stage %s is not a number at step %d: %s. %s keeps the last good checkpoint; %s."
                        .formatted(plan.stage(), step.index(), likely(plan), directory, kept));
    }

    /** The loss was a number still, the weights are none any more. */
    static HalflightException brokenWeights(Trainer.Plan plan, long step, Path directory) {
        return HalflightException.run(
                "The weights of stage %s are not numbers after step %d and are not saved: %s. %s keeps the last good checkpoint."
                        .formatted(plan.stage(), step, likely(plan), directory));
    }

    private static String rounded(double value) {
        return new BigDecimal(value)
                .round(new MathContext(2))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String likely(Trainer.Plan plan) {
        double rate = plan.optimizer().learningRate();
        return "the learning rate %s is likely too high, try --set stages.%s.optimizer.learning_rate=%s in a new directory"
                .formatted(rate, plan.stage(), rounded(rate / 3));
    }
}
