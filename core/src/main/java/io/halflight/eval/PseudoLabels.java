package io.halflight.eval;

import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Dataset;
import io.halflight.data.PseudoLabel;
import io.halflight.data.Transform;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * What a classifier says of the training pictures whose class is not known, and how much there is to it. One pass through
 * the network gives the probabilities and the features; for what the neighbours cost see {@link NeighbourAgreement}.
 *
 * @param pictures places in the dataset, n of them
 * @param labels the most probable class of each
 * @param confidence its probability
 * @param entropy of the probabilities in nats
 * @param neighbours share of the {@value #NEIGHBOURS} nearest training pictures with the same label, true or predicted
 * @param probabilities n K values, row by row
 */
public record PseudoLabels(
        int[] pictures, int[] labels, float[] confidence, float[] entropy, float[] neighbours, float[] probabilities) {
    private static final int NEIGHBOURS = 10;

    /**
     * Asks a classifier.
     *
     * @param network in evaluation mode
     * @param training every picture that is trained on, with or without a label
     * @param known the class of a picture, {@link Dataset#UNLABELLED} for those to be labelled
     * @param view the one view of each picture
     */
    public static PseudoLabels of(
            ImageClassifier network,
            Dataset data,
            int[] training,
            IntUnaryOperator known,
            Transform view,
            Inference.Settings settings,
            @Nullable ProgressListener listener) {
        Inference.requireEvaluation(network);
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            int k = network.classes();
            Tensor outputs = Inference.apply(x -> both(network, x), data, training, view, settings, listener);
            Tensor logits = outputs.narrow(1, 0, k); // [m, K]
            Features.check(logits, "logits");
            Tensor features = outputs.narrow(1, k, outputs.size(1) - k); // [m, d]
            long[] guesses = Tensors.toLongs(logits.argmax(new LongOptional(1), false));
            int[] labels = new int[training.length];
            Arrays.setAll(labels, i -> {
                int given = known.applyAsInt(training[i]);
                return given == Dataset.UNLABELLED ? (int) guesses[i] : given;
            });
            int[] asked = IntStream.range(0, training.length)
                    .filter(i -> known.applyAsInt(training[i]) == Dataset.UNLABELLED)
                    .toArray();
            if (asked.length == 0) {
                return new PseudoLabels(asked, asked, new float[0], new float[0], new float[0], new float[0]);
            }
            Tensor rows = Tensors.longs(Arrays.stream(asked).asLongStream().toArray(), asked.length);
            Tensor of = logits.index_select(0, rows); // [n, K]
            Tensor p = of.softmax(1);
            return new PseudoLabels(
                    Arrays.stream(asked).map(i -> training[i]).toArray(),
                    Arrays.stream(asked).map(i -> labels[i]).toArray(),
                    Tensors.toFloats(p.amax(new long[] {1}, false)),
                    Tensors.toFloats(p.mul(of.log_softmax(1)).sum(1).neg().abs()), // no minus before a zero
                    NeighbourAgreement.shares(
                            features.to(settings.device(), ScalarType.Float), labels, asked, NEIGHBOURS),
                    Tensors.toFloats(p));
        }
    }

    /** Pictures [N, C, H, W] to logits and features side by side [N, K + d]. */
    private static Tensor both(ImageClassifier network, Tensor x) {
        Tensor h = network.embed(x); // [N, d]
        return torch.cat(new TensorVector(network.classify(h).to(ScalarType.Float), h.to(ScalarType.Float)), 1);
    }

    /** The probabilities of all K classes for the picture at a place of {@link #pictures}. */
    public float[] probabilities(int i) {
        int k = probabilities.length / pictures.length;
        return Arrays.copyOfRange(probabilities, i * k, (i + 1) * k);
    }

    /** In words, in the order of the dataset's pictures given. */
    public List<PseudoLabel> lines(Dataset data, List<String> classes) {
        List<PseudoLabel> lines = new ArrayList<>(pictures.length);
        for (int i = 0; i < pictures.length; i++) {
            lines.add(new PseudoLabel(
                    data.id(pictures[i]), classes.get(labels[i]), confidence[i], entropy[i], neighbours[i]));
        }
        return lines;
    }
}
