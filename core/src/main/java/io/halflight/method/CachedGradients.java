package io.halflight.method;

import static org.bytedeco.pytorch.global.torch.cat;

import io.halflight.nn.Recompute;
import io.halflight.nn.StateDict;
import io.halflight.torch.Autocast;
import io.halflight.torch.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The gradient of a contrastive loss over a large batch in the memory of a small one (Gao et al., arXiv:2101.06983).
 * Plain accumulation would not do: each part would see its own negatives only.
 *
 * <ol>
 *   <li>All chunks pass the networks without a graph; only their projections z are kept.
 *   <li>The loss of all z gives dL/dz.
 *   <li>Each chunk passes again, with a graph, and dL/dz of its rows goes back through it.
 * </ol>
 *
 * <p>Without batch normalisation the gradients are those of the whole batch. With it they are those of a batch whose
 * chunks are normalised apart, as on several devices without shared statistics; the running statistics move once per
 * chunk instead of once per step. It costs one more forward pass. An encoder that drops branches at random drops the same
 * ones in both passes of a chunk.
 */
final class CachedGradients {
    private static final long SEEDS = 1L << 53;

    private final Tower tower;
    private final Tensor first; // [N, C, H, W]
    private final Tensor second; // [N, C, H, W]
    private final long chunk;
    private final Precision precision;
    private final Map<Long, Long> seeds = new HashMap<>(); // by the first picture of the chunk

    /** Projections of all pictures, as leaves that wait for a gradient. */
    record Projections(Tensor h, Tensor a, Tensor b) {}

    /**
     * For two views of a batch.
     *
     * @param chunk pictures in the memory at a time; the last chunk takes the rest, and a rest of 1 joins the one before
     */
    CachedGradients(Tower tower, Tensor first, Tensor second, int chunk) {
        this.tower = tower;
        this.first = first;
        this.second = second;
        this.chunk = chunk;
        this.precision = Autocast.isOn(first.device()) ? Precision.BF16 : Precision.FP32;
    }

    /** Step 1. Running statistics are put back: only the second pass shall move them. */
    Projections project() {
        List<Tensor> statistics = statistics();
        List<Tensor> before = statistics.stream().map(t -> t.clone()).toList();
        TensorVector h = new TensorVector();
        TensorVector a = new TensorVector();
        TensorVector b = new TensorVector();
        try (NoGradGuard guard = new NoGradGuard()) {
            for (long from = 0; from < first.size(0); from += size(from)) {
                Tower.Output output = forward(from);
                h.push_back(output.h().narrow(0, 0, size(from)));
                a.push_back(output.z().narrow(0, 0, size(from)).to(ScalarType.Float));
                b.push_back(output.z().narrow(0, size(from), size(from)).to(ScalarType.Float));
            }
            for (int i = 0; i < before.size(); i++) {
                statistics.get(i).copy_(before.get(i));
            }
        }
        return new Projections(
                cat(h, 0),
                cat(a, 0).detach().set_requires_grad(true),
                cat(b, 0).detach().set_requires_grad(true));
    }

    /** Steps 2 and 3, for the loss of the projections. */
    void backward(Tensor loss, Projections z) {
        loss.backward();
        for (long from = 0; from < first.size(0); from += size(from)) {
            long n = size(from);
            try (PointerScope scope = new PointerScope()) {
                Tensor output;
                try (Autocast autocast = Autocast.of(first.device(), precision)) {
                    output = forward(from).z(); // [2n, d]
                }
                Tensor gradient = cat(
                        new TensorVector(
                                z.a().grad().narrow(0, from, n), z.b().grad().narrow(0, from, n)),
                        0);
                output.to(ScalarType.Float).mul(gradient).sum().backward(); // its gradient with respect to z is dL/dz
                Recompute.finish();
            }
        }
    }

    /** Pictures of the chunk that starts there. Batch normalisation cannot learn from a single picture. */
    private long size(long from) {
        long left = first.size(0) - from;
        return left <= chunk || left - chunk == 1 ? left : chunk;
    }

    /** Passes a chunk, drawing the same numbers each time. */
    Tower.Output forward(long from) {
        if (tower.f().random()) {
            torch.manual_seed(seeds.computeIfAbsent(
                    from, key -> torch.randint(SEEDS, new long[] {1}).item_long()));
        }
        return tower.forward(views(from));
    }

    private Tensor views(long from) {
        long n = size(from);
        return cat(new TensorVector(first.narrow(0, from, n), second.narrow(0, from, n)), 0); // [2n, C, H, W]
    }

    private List<Tensor> statistics() {
        List<Tensor> statistics = new ArrayList<>();
        for (Map<String, Tensor> state : List.of(StateDict.of(tower.f()), StateDict.of(tower.g()))) {
            state.values().stream().filter(t -> !t.requires_grad()).forEach(statistics::add);
        }
        return statistics;
    }
}
