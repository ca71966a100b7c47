package io.halflight.recipe;

import io.halflight.HalflightException;
import io.halflight.data.LabelSplit;
import io.halflight.torch.Safetensors;
import io.halflight.torch.Tensors;
import io.halflight.train.GivenLabels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A teacher's answers, given once and kept in the student's folder: a resumed stage learns from the same ones to the last
 * bit, whatever the machine that it goes on with.
 *
 * @param pictures places in the dataset, n of them
 * @param probabilities float32 [n, K] on the CPU; one 1 a row where the class is known
 * @param pool places of the student's unlabelled stream, with copies
 */
record TeacherLabels(int[] pictures, Tensor probabilities, int[] pool) {
    static final String FILE = "teacher-labels.safetensors";

    private static final String PICTURES = "pictures";
    private static final String PROBABILITIES = "probabilities";
    private static final String POOL = "pool";

    /** Which pictures, and how often, a student learns from. */
    @FunctionalInterface
    interface Choice {
        /**
         * Chooses by the teacher's most probable classes and their probabilities.
         *
         * @return places in the dataset, with copies
         */
        int[] of(int[] pictures, int[] labels, float[] confidence, int classes);
    }

    /** Those that the folder holds, or else new ones, which it then holds. Call it outside any scope. */
    static TeacherLabels in(Path folder, Supplier<TeacherLabels> made) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            TeacherLabels labels = made.get();
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put(PICTURES, longs(labels.pictures));
            tensors.put(PROBABILITIES, labels.probabilities);
            tensors.put(POOL, longs(labels.pool));
            Safetensors.writeChecked(file, tensors, Map.of());
            return labels;
        }
        Map<String, Tensor> tensors = Safetensors.read(file);
        Tensor probabilities = tensors.get(PROBABILITIES);
        Tensor pictures = tensors.get(PICTURES);
        Tensor pool = tensors.get(POOL);
        if (probabilities == null || pictures == null || pool == null) {
            throw HalflightException.run(
                    file + " does not hold a teacher's labels; start the run again in a new directory.");
        }
        return new TeacherLabels(ints(pictures), probabilities, ints(pool));
    }

    /**
     * Out of a teacher's probabilities.
     *
     * @param probabilities of the pictures, [n, K]; rows of pictures with a label are overwritten
     */
    static TeacherLabels of(int[] pictures, Tensor probabilities, LabelSplit split, Choice choice) {
        int k = (int) probabilities.size(1);
        int[] labels;
        float[] confidence;
        try (PointerScope scope = new PointerScope()) {
            for (int i = 0; i < pictures.length; i++) {
                int label = split.label(pictures[i]);
                if (label >= 0) {
                    float[] known = new float[k];
                    known[label] = 1;
                    probabilities.select(0, i).copy_(Tensors.floats(known, k));
                }
            }
            labels = ints(probabilities.argmax(new LongOptional(1), false));
            confidence = Tensors.toFloats(probabilities.amax(new long[] {1}, false));
        }
        return new TeacherLabels(pictures, probabilities, choice.of(pictures, labels, confidence, k));
    }

    /** The pool as a labelled stream: each picture's most probable class, which is the true one where that is known. */
    GivenLabels given() {
        int[] classes;
        try (PointerScope scope = new PointerScope()) {
            classes = ints(probabilities.argmax(new LongOptional(1), false));
        }
        Map<Integer, Integer> byPlace = new HashMap<>();
        for (int i = 0; i < pictures.length; i++) {
            byPlace.put(pictures[i], classes[i]);
        }
        return new GivenLabels(pool, Arrays.stream(pool).map(byPlace::get).toArray());
    }

    /** The same for every picture, to measure the time that learning from them takes. */
    static TeacherLabels uniform(int[] pictures, int classes) {
        float[] shares = new float[pictures.length * classes];
        Arrays.fill(shares, 1f / classes);
        return new TeacherLabels(pictures, Tensors.floats(shares, pictures.length, classes), pictures);
    }

    private static Tensor longs(int[] values) {
        return Tensors.longs(Arrays.stream(values).asLongStream().toArray(), values.length);
    }

    private static int[] ints(Tensor values) {
        long[] longs = Tensors.toLongs(values);
        return IntStream.range(0, longs.length)
                .map(i -> Math.toIntExact(longs[i]))
                .toArray();
    }
}
