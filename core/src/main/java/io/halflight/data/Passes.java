package io.halflight.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which pictures each step shows: passes over a set, each of which shows every place of it once, shuffled in an order of its own if that is wanted.
 * A function of (seed, stream, step) alone.
 */
final class Passes {
    private final int[] indices;
    private final int[] copies; // how often the same picture stands before this place
    private final Loader.Config config;
    private final int batch;
    private final long stepsPerPass;

    /** @param indices the set: places in the dataset, at least one; they may repeat */
    Passes(int[] indices, Loader.Config config) {
        if (indices.length == 0) {
            throw new IllegalArgumentException("the stream " + config.stream() + " has no pictures");
        }
        this.indices = indices.clone();
        this.config = config;
        copies = copies(indices);
        batch = Math.min(config.batch(), indices.length);
        stepsPerPass = stepsFor(indices.length);
    }

    private static int[] copies(int[] indices) {
        int[] copies = new int[indices.length];
        Map<Integer, Integer> seen = new HashMap<>(indices.length * 2);
        for (int i = 0; i < indices.length; i++) {
            copies[i] = seen.merge(indices[i], 1, Integer::sum) - 1;
        }
        return copies;
    }

    private long stepsFor(int pictures) {
        return config.dropLast() ? Math.max(1, pictures / batch) : (pictures + batch - 1L) / batch;
    }

    /** Pictures in a full batch: what was asked for, or the whole set if that is smaller. */
    int batch() {
        return batch;
    }

    long stepsPerPass() {
        return stepsPerPass;
    }

    /** Steps between two evaluations. */
    long stepsPerEpoch() {
        return config.picturesPerEpoch() == 0 ? stepsPerPass : stepsFor(config.picturesPerEpoch());
    }

    /** The picture at a place of the set. */
    int picture(int place) {
        return indices[place];
    }

    /** The name of a place's random numbers: a picture that stands in the set twice gets other views there. */
    String randomStream(int place) {
        return config.stream() + (copies[place] == 0 ? "/view" : "/view, copy " + copies[place]);
    }

    /** Steps one after the other; remembers the order of the pass that it is in. */
    final class Cursor {
        private long orderedPass = -1;
        private int[] order = {};

        /** The places that a step shows. */
        int[] places(long step) {
            long pass = step / stepsPerPass;
            if (pass != orderedPass) {
                order = order(pass);
                orderedPass = pass;
            }
            int from = Math.toIntExact(step % stepsPerPass * batch);
            return Arrays.copyOfRange(order, from, Math.min(order.length, from + batch));
        }
    }

    /** Fisher and Yates' shuffle. */
    private int[] order(long pass) {
        int[] order = IntStream.range(0, indices.length).toArray();
        if (config.shuffle()) {
            SplittableRandom random = Seeds.random(config.seed(), config.stream() + "/order", pass);
            for (int i = order.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }
}
