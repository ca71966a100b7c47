package io.halflight.train;

import io.halflight.data.Batch;
import io.halflight.data.HostBatch;
import io.halflight.nn.ChannelsLast;
import io.halflight.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Brings a batch of the loader to the training device. */
final class Upload {
    private Upload() {}

    /** Tensors of the open scope; null for a stream that the method lacks. */
    static Batch.@Nullable Stream of(@Nullable HostBatch host, Device device) {
        if (host == null) {
            return null;
        }
        List<Tensor> views = new ArrayList<>();
        for (float[] view : host.views()) {
            Tensor cpu = Tensors.floats(view, host.size(), host.channels(), host.height(), host.width());
            Tensor moved = device.is_cpu() ? cpu : cpu.to(device, torch.ScalarType.Float);
            views.add(ChannelsLast.of(moved));
        }
        Tensor labels = Tensors.longs(host.labels(), host.size());
        labels = device.is_cpu() ? labels : labels.to(device, torch.ScalarType.Long);
        return new Batch.Stream(views, labels, host.indices());
    }
}
