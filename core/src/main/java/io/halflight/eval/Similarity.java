package io.halflight.eval;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Pictures that look alike, or like no other, by the cosine of their features. Every picture meets every other, in blocks. */
public final class Similarity {
    /** Similarities held at a time: 64 MiB. */
    private static final long BLOCK = 1L << 24;

    /** Neighbours that are asked whether they show the same; more copies of one picture than this are found through each other. */
    private static final int COPIES = 20;

    static {
        NativeTorch.load();
    }

    private Similarity() {}

    /**
     * Another picture.
     *
     * @param row in the table of features
     * @param cosine in [-1, 1]
     */
    public record Neighbour(int row, double cosine) {}

    /**
     * The nearest rows of a table for each query, the most similar first.
     *
     * @param table n rows of d features, n at least 1
     * @param queries rows of d features
     * @param k neighbours, from 1; clipped to n
     */
    public static List<List<Neighbour>> nearest(float[][] table, float[][] queries, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1, got " + k);
        }
        int near = Math.min(k, table.length);
        List<List<Neighbour>> all = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor keys = unit(table, 0, table.length).t(); // [d, n]
            int block = (int) Math.max(1, BLOCK / table.length);
            for (int from = 0; from < queries.length; from += block) {
                int rows = Math.min(block, queries.length - from);
                try (PointerScope step = new PointerScope()) {
                    T_TensorTensor_T top = unit(queries, from, rows).mm(keys).topk(near, 1, true, true); // [b, near]
                    float[] cosines = Tensors.toFloats(top.get0());
                    long[] found = Tensors.toLongs(top.get1());
                    for (int i = 0; i < rows; i++) {
                        List<Neighbour> neighbours = new ArrayList<>();
                        for (int at = i * near; at < (i + 1) * near; at++) {
                            neighbours.add(new Neighbour((int) found[at], cosines[at]));
                        }
                        all.add(neighbours);
                    }
                }
            }
        }
        return all;
    }

    /**
     * Groups of rows of which each is at least this similar to another one of its group; the largest group first, rows in their order.
     *
     * @param least cosine, above 0, to 1
     */
    public static List<List<Integer>> groups(float[][] table, double least) {
        int[] leader = new int[table.length];
        Arrays.setAll(leader, i -> i);
        List<List<Neighbour>> nearest = nearest(table, table, COPIES + 1);
        for (int i = 0; i < table.length; i++) {
            for (Neighbour other : nearest.get(i)) {
                if (other.cosine() >= least) {
                    leader[root(leader, Math.max(i, other.row()))] = root(leader, Math.min(i, other.row()));
                }
            }
        }
        Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < table.length; i++) {
            groups.computeIfAbsent(root(leader, i), root -> new ArrayList<>()).add(i);
        }
        return groups.values().stream()
                .filter(group -> group.size() > 1)
                .sorted(Comparator.comparing((List<Integer> group) -> -group.size()))
                .toList();
    }

    /**
     * How far each row is from its surroundings: 1 minus the mean cosine to its k nearest other rows, in [0, 2].
     *
     * @param table at least 2 rows
     */
    public static double[] distances(float[][] table, int k) {
        if (table.length < 2) {
            throw new IllegalArgumentException("one picture has no others to be compared with");
        }
        List<List<Neighbour>> nearest = nearest(table, table, k + 1);
        double[] distances = new double[table.length];
        for (int i = 0; i < table.length; i++) {
            int self = i;
            distances[i] = 1
                    - nearest.get(i).stream()
                            .filter(other -> other.row() != self)
                            .limit(k)
                            .mapToDouble(Neighbour::cosine)
                            .average()
                            .orElse(1);
        }
        return distances;
    }

    private static int root(int[] leader, int row) {
        int root = row;
        while (leader[root] != root) {
            leader[root] = leader[leader[root]];
            root = leader[root];
        }
        return root;
    }

    private static Tensor unit(float[][] rows, int from, int count) {
        int d = rows[from].length;
        float[] all = new float[count * d];
        for (int i = 0; i < count; i++) {
            System.arraycopy(rows[from + i], 0, all, i * d, d);
        }
        return torch.normalize(Tensors.floats(all, count, d));
    }
}
