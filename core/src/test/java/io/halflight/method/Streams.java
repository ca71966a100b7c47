package io.halflight.method;

import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ClassifierSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Batch;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Small classifiers with opinions and pictures for them, for tests of methods with two streams. */
final class Streams {
    static final int CLASSES = 4;
    static final int SIDE = 8;

    private Streams() {}

    /** A seeded network of one channel. Call it outside any scope. */
    static ImageClassifier network(long seed) {
        NativeTorch.load();
        torch.manual_seed(seed);
        var spec = new ClassifierSpec(new BackboneSpec("resnet10", 0.125, 0, "auto", "simclr", SIDE, 1), 0, 0, CLASSES);
        ImageClassifier network = ClassifierSpec.create(spec);
        try (NoGradGuard guard = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            network.state().get("fc.weight").normal_(0, 1, null);
        }
        return network;
    }

    /** Pictures [n, 1, 8, 8] that the seed decides. */
    static Tensor pictures(long seed, int n) {
        torch.manual_seed(seed);
        return torch.rand(n, 1, SIDE, SIDE);
    }

    static Batch.Stream labelled(Tensor... views) {
        long[] labels = new long[(int) views[0].size(0)];
        Arrays.setAll(labels, i -> i % CLASSES);
        return stream(labels, views);
    }

    static Batch.Stream unlabelled(Tensor... views) {
        long[] labels = new long[(int) views[0].size(0)];
        Arrays.fill(labels, -1);
        return stream(labels, views);
    }

    private static Batch.Stream stream(long[] labels, Tensor... views) {
        return new Batch.Stream(List.of(views), Tensors.longs(labels, labels.length), new int[labels.length]);
    }

    /** Rows of probabilities. */
    static double[][] softmax(Tensor logits) {
        float[] values = Tensors.toFloats(logits);
        int k = (int) logits.size(1);
        double[][] p = new double[values.length / k][k];
        for (int i = 0; i < p.length; i++) {
            double sum = 0;
            for (int c = 0; c < k; c++) {
                p[i][c] = Math.exp(values[i * k + c]);
                sum += p[i][c];
            }
            for (int c = 0; c < k; c++) {
                p[i][c] /= sum;
            }
        }
        return p;
    }

    static int argmax(double[] p) {
        int best = 0;
        for (int c = 1; c < p.length; c++) {
            best = p[c] > p[best] ? c : best;
        }
        return best;
    }

    /** Mean of -log p of labels 0, 1, 2, 3, 0, ... */
    static double crossEntropy(double[][] p) {
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum -= Math.log(p[i][i % CLASSES]);
        }
        return sum / p.length;
    }

    static double largest(Tensor gradient) {
        return gradient.defined() ? Tensors.item(gradient.abs().max()) : 0;
    }
}
