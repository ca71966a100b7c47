package io.halflight.eval;

import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * How good a classifier is on pictures whose classes are known. Shares are in [0, 1]; equal logits are ranked by class
 * index.
 *
 * @param top1 share of pictures whose highest logit is at their label
 * @param top5 share with the label among the five highest logits, or among all of fewer classes
 * @param ece expected calibration error (Guo et al., arXiv:1706.04599, equation 3): the mean over pictures of
 *     |accuracy - confidence| of their bin, for {@value #BINS} bins of equal width
 * @param nll mean negative log-likelihood of the labels, in nats
 * @param confusion [label][prediction], counts
 * @param perClass in the order of the classes
 * @param calibration all bins, from the least confident; bin i holds confidences in (i / 15, (i + 1) / 15]
 */
public record ClassificationMetrics(
        double top1,
        double top5,
        double ece,
        double nll,
        int[][] confusion,
        List<PerClass> perClass,
        List<Bin> calibration) {
    static final int BINS = 15;
    private static final int TOP = 5;
    private static final int ROWS = 4096;

    /**
     * One class.
     *
     * @param precision share of the pictures put into this class that belong there; NaN if none was put there
     * @param recall share of this class's pictures that were put there; NaN if it has none
     * @param support pictures of this class
     */
    public record PerClass(String name, double precision, double recall, int support) {}

    /**
     * One bin.
     *
     * @param confidence mean of the highest probability; NaN in an empty bin
     * @param accuracy share that is right; NaN in an empty bin
     */
    public record Bin(double confidence, double accuracy, int count) {
        private double gap() {
            return count == 0 ? 0 : Math.abs(accuracy - confidence) * count;
        }
    }

    static {
        NativeTorch.load();
    }

    /**
     * Takes all figures at once.
     *
     * @param logits [n, K], finite, n at least 1
     * @param labels length n, in [0, K)
     * @param classes the K names
     * @throws io.halflight.HalflightException for logits that are not finite
     */
    public static ClassificationMetrics of(Tensor logits, int[] labels, List<String> classes) {
        Features.check(logits, "logits");
        if (logits.size(1) != classes.size()) {
            throw new IllegalArgumentException(
                    "%d logits a picture for %d classes".formatted(logits.size(1), classes.size()));
        }
        Features.check(labels, logits.size(0), classes.size());
        Tally tally = new Tally(classes.size());
        for (int from = 0; from < labels.length; from += ROWS) {
            int rows = Math.min(ROWS, labels.length - from);
            float[] block;
            try (PointerScope scope = new PointerScope()) {
                block = Tensors.toFloats(logits.narrow(0, from, rows));
            }
            for (int i = 0; i < rows; i++) {
                tally.add(block, i * classes.size(), labels[from + i]);
            }
        }
        return tally.metrics(labels.length, classes);
    }

    /** As reports hold it; bins without pictures are left out, and NaN becomes null. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("accuracy", top1);
        json.put("top5", top5);
        json.put("ece", ece);
        json.put("nll", nll);
        json.put("confusion", confusion);
        List<Map<String, Object>> classes = new ArrayList<>();
        for (PerClass one : perClass) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("class", one.name());
            line.put("precision", one.precision());
            line.put("recall", one.recall());
            line.put("support", one.support());
            classes.add(line);
        }
        json.put("perClass", classes);
        json.put(
                "calibration",
                calibration.stream().filter(bin -> bin.count() > 0).toList());
        return json;
    }

    /** Sums over pictures. */
    private static final class Tally {
        private final int classes;
        private final int[][] confusion;
        private final int[] binCount = new int[BINS];
        private final int[] binRight = new int[BINS];
        private final double[] binConfidence = new double[BINS];
        private int amongTop;
        private double nll;

        Tally(int classes) {
            this.classes = classes;
            confusion = new int[classes][classes];
        }

        void add(float[] logits, int at, int label) {
            int prediction = 0;
            int ahead = 0; // classes ranked before the label
            for (int k = 0; k < classes; k++) {
                if (logits[at + k] > logits[at + prediction]) {
                    prediction = k;
                }
                float lead = logits[at + k] - logits[at + label];
                ahead += lead > 0 || (lead == 0 && k < label) ? 1 : 0;
            }
            double highest = logits[at + prediction];
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                sum += Math.exp(logits[at + k] - highest);
            }
            double confidence = 1 / sum;
            int bin = Math.max(0, Math.min(BINS, (int) Math.ceil(confidence * BINS)) - 1);
            binCount[bin]++;
            binRight[bin] += prediction == label ? 1 : 0;
            binConfidence[bin] += confidence;
            confusion[label][prediction]++;
            amongTop += ahead < TOP ? 1 : 0;
            nll += highest + Math.log(sum) - logits[at + label];
        }

        ClassificationMetrics metrics(int n, List<String> names) {
            int right = 0;
            List<PerClass> perClass = new ArrayList<>();
            for (int k = 0; k < classes; k++) {
                int support = 0;
                int predicted = 0;
                for (int other = 0; other < classes; other++) {
                    support += confusion[k][other];
                    predicted += confusion[other][k];
                }
                double hits = confusion[k][k];
                perClass.add(new PerClass(names.get(k), hits / predicted, hits / support, support));
                right += confusion[k][k];
            }
            List<Bin> bins = new ArrayList<>();
            for (int i = 0; i < BINS; i++) {
                double count = binCount[i];
                bins.add(new Bin(binConfidence[i] / count, binRight[i] / count, binCount[i]));
            }
            double ece = bins.stream().mapToDouble(Bin::gap).sum() / n;
            return new ClassificationMetrics(
                    (double) right / n,
                    (double) amongTop / n,
                    ece,
                    nll / n,
                    confusion,
                    List.copyOf(perClass),
                    List.copyOf(bins));
        }
    }
}
