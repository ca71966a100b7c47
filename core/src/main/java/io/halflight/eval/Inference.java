package io.halflight.eval;

import io.halflight.data.Dataset;
import io.halflight.data.HostBatch;
import io.halflight.data.Loader;
import io.halflight.data.Transform;
import io.halflight.nn.ChannelsLast;
import io.halflight.nn.Folding;
import io.halflight.nn.Layer;
import io.halflight.torch.Autocast;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Precision;
import io.halflight.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SharedModuleVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Runs pictures through a frozen network, in order, without gradients. */
public final class Inference {
    static {
        NativeTorch.load();
    }

    private Inference() {}

    /**
     * How to run.
     *
     * @param device where the network is
     * @param precision of the forward pass; the result is float32 in any case
     * @param batch pictures at a time, at least 1
     * @param threads threads that decode and transform, at least 1
     */
    public record Settings(Device device, Precision precision, int batch, int threads) {
        public Settings {
            if (batch < 1 || threads < 1) {
                throw new IllegalArgumentException(
                        "batch and threads must be at least 1, got %d and %d".formatted(batch, threads));
            }
        }
    }

    /**
     * The network's outputs. Nothing stays allocated but the result, which belongs to the caller's scope, if there is
     * one.
     *
     * @param network pictures [N, C, H, W] to outputs [N, K]
     * @param indices places in the data, at least one; they may repeat
     * @param view the one view of each picture; chance, if it uses any, is the same at every call
     * @return float32 on the CPU, [n, K], rows in the order of {@code indices}
     * @throws IllegalStateException if the network, or a module inside it, is in training mode: batch normalisation
     *     would then mix the pictures of a batch and learn from them
     */
    public static Tensor apply(
            Layer network,
            Dataset data,
            int[] indices,
            Transform view,
            Settings settings,
            @Nullable ProgressListener listener) {
        if (indices.length == 0) {
            throw new IllegalArgumentException("no pictures to run through the network");
        }
        requireEvaluation(network);
        Loader loader = new Loader(
                data,
                indices,
                index -> Dataset.UNLABELLED,
                List.of(view),
                Loader.Config.inOrder(settings.batch()),
                settings.threads());
        Tensor outputs =
                Tensors.floats(new float[0], 0); // made out here, in the caller's scope; sized by the first batch
        boolean complete = false;
        try (Loader.Batches batches = loader.openOnce();
                Folding folding = new Folding();
                NoGradGuard guard = new NoGradGuard()) {
            long done = 0;
            while (batches.hasNext()) {
                HostBatch host = batches.next();
                try (PointerScope scope = new PointerScope()) {
                    Tensor y = folding.during(() -> forward(network, host, settings)); // [N, K]
                    if (done == 0) {
                        outputs.resize_(indices.length, y.size(1));
                    }
                    outputs.narrow(0, done, host.size()).copy_(y);
                }
                done += host.size();
                batches.recycle(host);
                if (listener != null) {
                    listener.progress(done, indices.length);
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                outputs.close();
            }
        }
        return outputs;
    }

    private static Tensor forward(Layer network, HostBatch host, Settings settings) {
        Tensor x = Tensors.floats(host.views().get(0), host.size(), host.channels(), host.height(), host.width());
        Device device = settings.device();
        Tensor y;
        try (Autocast autocast = Autocast.of(device, settings.precision())) {
            y = network.forward(ChannelsLast.of(device.is_cpu() ? x : x.to(device, ScalarType.Float)));
        }
        if (y.dim() != 2 || y.size(0) != host.size()) {
            throw new IllegalArgumentException("the network must give [%d, K] for %d pictures, got %s"
                    .formatted(host.size(), host.size(), Arrays.toString(y.shape())));
        }
        return y;
    }

    /** A method reference hides its module and cannot be checked. */
    static void requireEvaluation(Layer network) {
        if (!(network instanceof Module module)) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            SharedModuleVector inner = module.modules(false);
            boolean training = module.is_training();
            for (long i = 0; i < inner.size(); i++) {
                training |= inner.get(i).is_training();
            }
            if (training) {
                throw new IllegalStateException(
                        "%s is in training mode, as a whole or in part: call eval() before it is evaluated"
                                .formatted(module.name().getString()));
            }
        }
    }
}
