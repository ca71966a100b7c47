package io.halflight.train;

import io.halflight.augment.BatchView;
import io.halflight.augment.DeviceViews;
import io.halflight.data.Batch;
import io.halflight.data.Dataset;
import io.halflight.data.HostBatch;
import io.halflight.data.Loader;
import io.halflight.data.Transform;
import io.halflight.nn.ChannelsLast;
import io.halflight.torch.Upload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a stage, delivered on the training device. Its views are made there from the pictures' bytes if that is
 * wanted and every one of them can be; otherwise by the loader's threads.
 */
final class Feed {
    private final Loader loader;
    private final List<BatchView> drawn; // empty where the loader makes the views
    private final Device device;

    /**
     * As {@link Loader}.
     *
     * @param onDevice whether to make views on the device
     */
    Feed(
            Dataset data,
            int[] indices,
            IntUnaryOperator label,
            List<Transform> views,
            Loader.Config config,
            Compute compute,
            boolean onDevice) {
        device = compute.device();
        drawn = onDevice && views.stream().allMatch(BatchView.class::isInstance)
                ? views.stream().map(BatchView.class::cast).toList()
                : List.of();
        loader = drawn.isEmpty()
                ? new Loader(data, indices, label, views, config, compute.loaderThreads())
                : Loader.ofDraws(data, indices, label, drawn, config, compute.loaderThreads());
    }

    Loader loader() {
        return loader;
    }

    /** Batches without end, from the given step on. */
    Open open(long firstStep) {
        return new Open(loader.open(firstStep));
    }

    /** An open stream, for one thread. A batch's tensors live until the next one is asked for, in no scope. */
    final class Open implements AutoCloseable {
        private final Loader.Batches batches;
        private Batch.@Nullable Stream given;
        private Batch.@Nullable Stream ahead;

        private Open(Loader.Batches batches) {
            this.batches = batches;
        }

        Batch.Stream next() {
            free(given);
            given = null; // nothing to free twice if the next one cannot be made
            Batch.Stream next = ahead == null ? make() : ahead;
            ahead = null;
            given = next;
            return next;
        }

        /**
         * To be called when a step's work is on its way: a device then copies the next pictures and makes their views
         * before it is asked for them.
         */
        void prepare() {
            if (!drawn.isEmpty() && ahead == null) {
                ahead = make();
            }
        }

        double waitSeconds() {
            return batches.waitSeconds();
        }

        private Batch.Stream make() {
            HostBatch host = batches.next();
            try (PointerScope scope = new PointerScope()) {
                List<Tensor> views = new ArrayList<>();
                for (Tensor view : drawn.isEmpty() ? upload(host) : DeviceViews.paint(drawn, host, device)) {
                    views.add(ChannelsLast.of(view));
                }
                Tensor labels = Upload.longs(host.labels(), device, host.size());
                views.forEach(Pointer::retainReference);
                labels.retainReference();
                return new Batch.Stream(views, labels, host.indices());
            } finally {
                batches.recycle(host);
            }
        }

        private List<Tensor> upload(HostBatch host) {
            return host.views().stream()
                    .map(view -> Upload.floats(view, device, host.size(), host.channels(), host.height(), host.width()))
                    .toList();
        }

        private static void free(Batch.@Nullable Stream stream) {
            if (stream != null) {
                stream.views().forEach(Pointer::close);
                stream.labels().close();
            }
        }

        @Override
        public void close() {
            batches.close();
            free(given);
            free(ahead);
            given = null;
            ahead = null;
        }
    }
}
