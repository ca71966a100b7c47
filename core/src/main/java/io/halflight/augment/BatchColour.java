package io.halflight.augment;

import io.halflight.torch.Tensors;
import io.halflight.torch.Upload;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The jitter of {@link Colour} for a whole batch. For each of the four places in the order of operations the pictures are
 * sorted by the operation that is due, so that every operation changes one block of them in place; what is sorted where is
 * known on the host, as the draws are.
 */
final class BatchColour {
    private static final int PLACES = 4;
    private static final int NONE = 4; // comes after the operations

    private final ColourSemantics semantics;
    private final Brightness brightness;

    BatchColour(ColourSemantics semantics, Brightness brightness) {
        this.semantics = semantics;
        this.brightness = brightness;
    }

    /**
     * Where each row comes from and what is done to it.
     *
     * @param sources per place, and once more to restore the order: row j was row {@code sources[place * n + j]} before
     * @param factors per place and row
     * @param counts per place, rows of each operation; the rest is left alone
     */
    private record Plan(long[] sources, float[] factors, int[][] counts) {}

    /** The jitter alone. x is [n, channels, plane], the result too. */
    Tensor jitter(Tensor x, float[] draws) {
        int n = Math.toIntExact(x.size(0));
        Plan plan = plan(draws, n, x.size(1) == 3);
        if (Arrays.stream(plan.counts).allMatch(counts -> Arrays.stream(counts).sum() == 0)) {
            return x;
        }
        return Tensors.resultOf(() -> {
            Tensor sources = Upload.longs(plan.sources, x.device(), PLACES + 1, n);
            Tensor factors = Upload.floats(plan.factors, x.device(), PLACES, n);
            Tensor sorted = x;
            for (int place = 0; place < PLACES; place++) {
                Tensor before = sorted;
                int[] counts = plan.counts[place];
                Tensor factor = factors.select(0, place).view(n, 1, 1);
                Tensor source = sources.select(0, place);
                sorted = Tensors.resultOf(() -> {
                    Tensor now = before.index_select(0, source);
                    int from = 0;
                    for (int operation = 0; operation < NONE; operation++) {
                        int count = counts[operation];
                        if (count > 0) {
                            apply(operation, now.narrow(0, from, count), factor.narrow(0, from, count));
                        }
                        from += count;
                    }
                    return now;
                });
                if (place > 0) {
                    before.close();
                }
            }
            return sorted.index_select(0, sources.select(0, PLACES));
        });
    }

    private Plan plan(float[] draws, int n, boolean colour) {
        long[] sources = new long[(PLACES + 1) * n];
        float[] factors = new float[PLACES * n];
        int[][] counts = new int[PLACES][NONE];
        int[] at = new int[n]; // where each picture's row is
        Arrays.setAll(at, i -> i);
        for (int place = 0; place < PLACES; place++) {
            int[] due = new int[n];
            for (int i = 0; i < n; i++) {
                due[i] = due(draws, i * ViewParameters.DRAWS, place, colour);
                if (due[i] != NONE) {
                    counts[place][due[i]]++;
                }
            }
            int[] next = new int[NONE + 1];
            for (int operation = 0; operation < NONE; operation++) {
                next[operation + 1] = next[operation] + counts[place][operation];
            }
            for (int i = 0; i < n; i++) {
                int to = place * n + next[due[i]];
                sources[to] = at[i];
                factors[to] = factor(draws, i * ViewParameters.DRAWS, due[i]);
                at[i] = next[due[i]]++;
            }
        }
        for (int i = 0; i < n; i++) {
            sources[PLACES * n + i] = at[i];
        }
        return new Plan(sources, factors, counts);
    }

    private static int due(float[] draws, int row, int place, boolean colour) {
        if (draws[row + ViewParameters.JITTER] == 0) {
            return NONE;
        }
        int operation = Colour.ORDERS[(int) draws[row + ViewParameters.ORDER]][place];
        return colour || operation == Colour.BRIGHTNESS || operation == Colour.CONTRAST ? operation : NONE;
    }

    private float factor(float[] draws, int row, int operation) {
        return switch (operation) {
            case Colour.BRIGHTNESS -> draws[row + ViewParameters.BRIGHTNESS];
            case Colour.CONTRAST -> 1 - draws[row + ViewParameters.CONTRAST]; // the weight of the mean
            case Colour.SATURATION -> {
                float f = draws[row + ViewParameters.SATURATION];
                yield semantics == ColourSemantics.TORCHVISION ? 1 - f : f; // the weight of the grey picture
            }
            case Colour.HUE -> 6 * draws[row + ViewParameters.HUE]; // in sixths of a circle
            default -> 0;
        };
    }

    /** One operation in place; x is [n, channels, plane] and f [n, 1, 1]. */
    private void apply(int operation, Tensor x, Tensor f) {
        try (PointerScope scope = new PointerScope()) {
            switch (operation) {
                case Colour.BRIGHTNESS -> {
                    if (brightness == Brightness.MULTIPLY) {
                        x.mul_(f);
                    } else {
                        x.add_(f);
                    }
                }
                case Colour.CONTRAST -> x.lerp_(mean(x), f);
                case Colour.SATURATION -> {
                    if (semantics == ColourSemantics.TORCHVISION) {
                        x.lerp_(luma(x, 1), f);
                    } else {
                        hsvSaturation(x, f);
                    }
                }
                default -> hue(x, f);
            }
            x.clamp_(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
        }
    }

    /** One mean of all channels (torchvision) or each channel's own (TensorFlow): [n, 1 or channels, 1]. */
    private Tensor mean(Tensor x) {
        Tensor of = x.size(1) == 3 && semantics == ColourSemantics.TORCHVISION ? luma(x, 1) : x;
        return of.mean(new long[] {2}, true, new ScalarTypeOptional());
    }

    /** The grey picture, with one channel in dimension {@code dim}. */
    static Tensor luma(Tensor x, int dim) {
        Tensor red = x.narrow(dim, 0, 1).mul(new Scalar(Resizer.LUMA_RED));
        red.add_(x.narrow(dim, 1, 1), new Scalar(Resizer.LUMA_GREEN));
        red.add_(x.narrow(dim, 2, 1), new Scalar(Resizer.LUMA_BLUE));
        return red;
    }

    /** V - (V - x) min(f, V / C) with C the chroma: see {@link Colour}. */
    private static void hsvSaturation(Tensor x, Tensor f) {
        Tensor high = x.amax(new long[] {1}, true);
        Tensor chroma = high.sub(x.amin(new long[] {1}, true)).clamp_min_(new Scalar(1e-12));
        Tensor stretch = high.div(chroma).minimum(f);
        x.sub_(high).mul_(stretch).add_(high);
    }

    /** Without division, branches or a case per sector: see {@link Colour}. */
    private static void hue(Tensor x, Tensor sixths) {
        Tensor high = x.amax(new long[] {1}, true); // [n, 1, plane]
        Tensor low = x.amin(new long[] {1}, true);
        Tensor chroma = high.sub(low);
        Tensor red = x.narrow(1, 0, 1);
        Tensor green = x.narrow(1, 1, 1);
        Tensor blue = x.narrow(1, 2, 1);
        Scalar two = new Scalar(2.0);
        Tensor cyan = green.ge(blue).mul(two).sub_(new Scalar(1.0)); // -1 or 1; 1 where they are equal
        Tensor angle =
                high.add(green).add_(blue).sub_(red).sub_(low, two).mul_(cyan).add_(chroma.mul(sixths));
        Tensor half = chroma.mul(new Scalar(3.0));
        Tensor d = chroma.mul(pureColours(x)).add_(angle); // [n, 3, plane]
        d.abs_().sub_(half).abs_().sub_(half).abs_(); // the distance from 0 on the circle
        x.copy_(torch.rsub(d, high.add(chroma)).minimum(high).maximum(low));
    }

    /** What carries the pure red, green and blue to 0: 0, -2 and 2 sixths of a circle, c (3c - 5), as [3, 1]. */
    private static Tensor pureColours(Tensor like) {
        Tensor c = BatchResizer.upTo(3, like).view(3, 1);
        return c.mul(new Scalar(3.0)).sub_(new Scalar(5.0)).mul_(c);
    }
}
