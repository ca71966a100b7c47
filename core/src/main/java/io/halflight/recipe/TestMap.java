package io.halflight.recipe;

import io.halflight.eval.FeatureMap;
import io.halflight.eval.Similarity;
import io.halflight.nn.Layer;
import io.halflight.torch.Tensors;
import io.halflight.train.Compute;
import io.halflight.train.RunDirectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code map.json}: how the delivered network's features arrange test pictures in the plane, and which are the nearest of one typical picture of
 * each class. For people to look at; no figure is taken from it.
 */
final class TestMap {
    static final String FILE = "map.json";

    /** Enough to see groups; the time that t-SNE takes grows with the square. */
    private static final int MOST = 1000;

    private static final int NEIGHBOURS = 8;

    private final RunData data;
    private final Compute compute;
    private final Recipe.Keep keep;

    TestMap(RunData data, Compute compute, Recipe.Keep keep) {
        this.data = data;
        this.compute = compute;
        this.keep = keep;
    }

    private record Point(String picture, String label, float[] pca, float[] tsne) {}

    private record Near(String picture, String label, double cosine) {}

    private record Typical(String picture, String label, List<Near> nearest) {}

    /** Writes the file, if there are pictures enough. */
    void write(RunDirectory directory, Stage stage) {
        int[] pictures = spread(data.split().test(), MOST);
        if (pictures.length < FeatureMap.LEAST) {
            return;
        }
        StageNetworks networks = new StageNetworks(keep, compute);
        Layer encoder =
                stage.classifier() == null ? networks.encoder(stage, stage.kept(keep)) : networks.trained(stage)::embed;
        try (PointerScope scope = new PointerScope()) {
            Tensor features = Figures.of(stage, data, compute).outputs(encoder, pictures); // [n, d]
            FeatureMap map = FeatureMap.of(features);
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < pictures.length; i++) {
                points.add(new Point(id(pictures[i]), label(pictures[i]), map.pca()[i], map.tsne()[i]));
            }
            Map<String, Object> json = new TreeMap<>();
            json.put("stage", stage.name());
            json.put("explained", map.explained());
            json.put("points", points);
            json.put("typical", typical(features, pictures));
            directory.writeJson(FILE, json);
        }
    }

    private List<Typical> typical(Tensor features, int[] pictures) {
        int[] labels = new int[pictures.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = data.split().label(pictures[i]);
        }
        int width = (int) features.size(1);
        float[] flat = Tensors.toFloats(features);
        float[][] rows = new float[pictures.length][width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(flat, i * width, rows[i], 0, width);
        }
        int[] chosen = Arrays.stream(FeatureMap.typical(features, labels, data.classes()))
                .filter(row -> row >= 0)
                .toArray();
        float[][] queries = Arrays.stream(chosen).mapToObj(row -> rows[row]).toArray(float[][]::new);
        List<List<Similarity.Neighbour>> found = Similarity.nearest(rows, queries, NEIGHBOURS + 1);
        List<Typical> typical = new ArrayList<>();
        for (int i = 0; i < chosen.length; i++) {
            int self = chosen[i];
            List<Near> nearest = found.get(i).stream()
                    .filter(other -> other.row() != self)
                    .limit(NEIGHBOURS)
                    .map(other -> new Near(id(pictures[other.row()]), label(pictures[other.row()]), other.cosine()))
                    .toList();
            typical.add(new Typical(id(pictures[self]), label(pictures[self]), nearest));
        }
        return typical;
    }

    private String id(int picture) {
        return data.dataset().id(picture);
    }

    private String label(int picture) {
        return data.split().classes().get(data.split().label(picture));
    }

    /** At most so many, evenly over the list. */
    private static int[] spread(int[] all, int most) {
        int count = Math.min(all.length, most);
        int[] some = new int[count];
        for (int i = 0; i < count; i++) {
            some[i] = all[(int) ((long) i * all.length / count)];
        }
        return some;
    }
}
