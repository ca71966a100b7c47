package io.halflight.train;

import static java.util.Comparator.reverseOrder;

import io.halflight.HalflightException;
import io.halflight.nn.StateDict;
import io.halflight.torch.Safetensors;
import io.halflight.torch.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Everything from which a stage goes on as if it had never stopped: weights, running statistics, optimiser and position.
 * Random numbers need no saving, since each is derived from the seed and the step.
 *
 * @param step optimiser steps done
 * @param seconds training time so far, over all starts
 * @param best the highest validation accuracy so far, NaN before the first
 * @param bestEpoch the epoch it was seen after, -1 before the first
 */
record Checkpoint(long step, double seconds, double best, int bestEpoch) {
    /** The newest and one to fall back to. */
    private static final int KEPT = 2;

    static final Checkpoint START = new Checkpoint(0, 0, Double.NaN, -1);

    /** Writes the file to the side, with a checksum, then renames it; removes all but the newest two. */
    void save(Path directory, Map<String, Tensor> state, Map<String, Tensor> optimizer) {
        Map<String, String> position = Map.of(
                "step", Long.toString(step),
                "seconds", Double.toString(seconds),
                "best", Double.toString(best),
                "best_epoch", Integer.toString(bestEpoch));
        Safetensors.writeChecked(
                directory.resolve("checkpoint-%09d.safetensors".formatted(step)), all(state, optimizer), position);
        List<Path> files = files(directory);
        files.stream().skip(KEPT).forEach(Checkpoint::delete);
    }

    /**
     * Loads the newest undamaged checkpoint into the live tensors given, and says which were damaged.
     *
     * @return its position, or {@link #START} if there is none
     */
    static Checkpoint restore(
            Path directory, Map<String, Tensor> state, Map<String, Tensor> optimizer, RunListener listener) {
        Map<String, Tensor> into = all(state, optimizer);
        List<Path> files = files(directory);
        for (int i = 0; i < files.size(); i++) {
            String next =
                    i + 1 < files.size() ? "from " + files.get(i + 1).getFileName() : "from the start of the stage";
            Optional<Checkpoint> restored = load(files.get(i), into, next, listener);
            if (restored.isPresent()) {
                return restored.get();
            }
        }
        return START;
    }

    private static Map<String, Tensor> all(Map<String, Tensor> state, Map<String, Tensor> optimizer) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        state.forEach((name, tensor) -> all.put("model/" + name, tensor));
        optimizer.forEach((name, tensor) -> all.put("optimizer/" + name, tensor));
        return all;
    }

    private static Optional<Checkpoint> load(Path file, Map<String, Tensor> into, String next, RunListener listener) {
        try (PointerScope scope = new PointerScope();
                SafetensorsFile open = Safetensors.open(file)) {
            Map<String, Tensor> from = new LinkedHashMap<>();
            for (String name : open.names()) {
                from.put(name, open.tensor(name));
            }
            Map<String, String> position = open.metadata();
            Checkpoint checkpoint = new Checkpoint(
                    Long.parseLong(position.getOrDefault("step", "")),
                    Double.parseDouble(position.getOrDefault("seconds", "")),
                    Double.parseDouble(position.getOrDefault("best", "")),
                    Integer.parseInt(position.getOrDefault("best_epoch", "")));
            StateDict.load(into, from); // all or nothing: the file before it must not meet half of this one
            return Optional.of(checkpoint);
        } catch (HalflightException | NumberFormatException e) {
            listener.message("The checkpoint " + file + " cannot be used (" + e.getMessage() + "); going on " + next
                    + " instead.");
            return Optional.empty();
        }
    }

    /** Newest first. */
    private static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.getFileName().toString().matches("checkpoint-\\d+\\.safetensors"))
                    .sorted(reverseOrder())
                    .toList();
        } catch (IOException e) {
            throw HalflightException.run("The checkpoints in " + directory + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw HalflightException.run("The old checkpoint " + file + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
