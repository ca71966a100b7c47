package io.halflight.nn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The projection head g of SimCLR (arXiv:2002.05709, two layers), SimCLRv2 (arXiv:2006.10029, three), BYOL
 * (arXiv:2006.07733, also its predictor) and MoCo v2 (arXiv:2003.04297); {@link HeadForm} says how they differ. No head
 * has a ReLU after its last layer.
 *
 * <p>SimCLR's formula leaves the normalisation out; its code, and the numbers it reports, have it after every layer.
 * State names are {@code <layer>.linear.weight}, {@code <layer>.linear.bias} and {@code <layer>.bn.*}, layers counted
 * from 0.
 */
public final class ProjectionHead extends Module implements Layer {
    /** Most layers that a head can have; the paper studies up to four. */
    public static final int MAX_LAYERS = 4;

    private final int in;
    private final List<DenseLayer> dense;

    /** A head in SimCLR's form; see {@link #ProjectionHead(int, int, int, int, HeadForm)}. */
    public ProjectionHead(int in, int hidden, int out, int layers) {
        this(in, hidden, out, layers, HeadForm.SIMCLR);
    }

    /**
     * A new head.
     *
     * @param in width of the features h
     * @param hidden width of the inner layers, 0 for {@code in}
     * @param out width of the projection z; unused without layers
     * @param layers 0 to 4; 0 is the identity, 1 a linear map, in SimCLR's form with batch normalisation
     */
    public ProjectionHead(int in, int hidden, int out, int layers, HeadForm form) {
        this(in, build(in, hidden == 0 ? in : hidden, out, layers, form));
    }

    private ProjectionHead(int in, List<DenseLayer> dense) {
        super("ProjectionHead");
        this.in = in;
        this.dense = dense;
        for (int i = 0; i < dense.size(); i++) {
            register_module(Integer.toString(i), dense.get(i));
        }
    }

    private static List<DenseLayer> build(int in, int hidden, int out, int layers, HeadForm form) {
        if (layers < 0 || layers > MAX_LAYERS) {
            throw new IllegalArgumentException("layers must be 0 to " + MAX_LAYERS + ", got " + layers);
        }
        if (in < 1 || hidden < 1 || out < 1) {
            throw new IllegalArgumentException("widths must be positive, got " + in + ", " + hidden + ", " + out);
        }
        List<DenseLayer> dense = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            boolean last = i == layers - 1;
            dense.add(new DenseLayer(i == 0 ? in : hidden, last ? out : hidden, last, form));
        }
        return List.copyOf(dense);
    }

    /** A head of the first {@code count} layers. It shares their weights with this one. */
    public ProjectionHead first(int count) {
        if (count < 0 || count > dense.size()) {
            throw new IllegalArgumentException("count must be 0 to " + dense.size() + ", got " + count);
        }
        return new ProjectionHead(in, dense.subList(0, count));
    }

    public int layers() {
        return dense.size();
    }

    /** Width of {@link #hiddens} at {@code index}. */
    public int width(int index) {
        int layer = resolve(index);
        return layer == 0 ? in : dense.get(layer - 1).out;
    }

    /** h [N, in] to z [N, out]. */
    @Override
    public Tensor forward(Tensor h) {
        return upTo(h, dense.size());
    }

    /** Runs the first {@code index} layers: 0 gives h itself, -1 and the number of layers give z. */
    public Tensor upTo(Tensor h, int index) {
        Tensor x = h;
        for (DenseLayer layer : dense.subList(0, resolve(index))) {
            x = layer.forward(x);
        }
        return x;
    }

    /** Every stage: h, the output of each inner layer after its ReLU, and last z. */
    public List<Tensor> hiddens(Tensor h) {
        List<Tensor> stages = new ArrayList<>();
        stages.add(h);
        Tensor x = h;
        for (DenseLayer layer : dense) {
            x = layer.forward(x);
            stages.add(x);
        }
        return stages;
    }

    private int resolve(int index) {
        if (index < -1 || index > dense.size()) {
            throw new IllegalArgumentException("index must be -1 to " + dense.size() + ", got " + index);
        }
        return index == -1 ? dense.size() : index;
    }

    private static final class DenseLayer extends Module {
        private final int out;
        private final boolean last;
        private final LinearImpl linear;
        private final @Nullable BatchNorm bn;

        private DenseLayer(int in, int out, boolean last, HeadForm form) {
            super("DenseLayer");
            this.out = out;
            this.last = last;
            linear = register_module("linear", Init.dense(in, out, form.bias(last), form));
            bn = form.norm(last)
                    ? register_module("bn", new BatchNorm(out, !last || form != HeadForm.SIMCLR, 1))
                    : null;
        }

        private Tensor forward(Tensor x) {
            Tensor y = Functional.linear(linear, x); // [N, out]
            y = bn == null ? y : bn.forward(y);
            return last ? y : Functional.relu(y);
        }
    }
}
