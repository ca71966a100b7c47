package io.halflight.bundle;

import io.halflight.augment.CentreView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.data.Picture;
import io.halflight.data.PictureDecoder;
import io.halflight.data.Transform;
import io.halflight.nn.ChannelsLast;
import io.halflight.nn.Folding;
import io.halflight.nn.Layer;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * From pictures to a network's outputs, in float32, for callers on any thread: decoding and resizing run side by side, the network runs for one
 * caller at a time, since libtorch spreads a single batch over all cores already.
 */
final class PicturePass implements AutoCloseable {
    /** Pictures through the network at a time, so that a long list needs no more memory than a short one. */
    static final int BATCH = 64;

    /**
     * A network in evaluation mode, on the CPU.
     *
     * @param backbone says what pictures it takes
     */
    record Built<N extends Module>(N network, BackboneSpec backbone) {}

    /** Cuts a result for one picture out of those of a batch. */
    interface Cut<T> {
        T of(float[] outputs, int from, int to);
    }

    private final String name;
    private final Transform view;
    private final Object lock = new Object();
    private final PointerScope owned; // every native object of the network, freed together
    private final Device device;
    private final Folding folding = new Folding();
    private boolean closed;

    static {
        NativeTorch.load();
    }

    private PicturePass(String name, Transform view, PointerScope owned, Device device) {
        this.name = name;
        this.view = view;
        this.owned = owned;
        this.device = device;
    }

    /** A network and the way to it. */
    record Opened<N extends Module>(N network, PicturePass pass) {}

    /**
     * Builds a network, moves it, and takes charge of its memory.
     *
     * @param name for messages
     */
    static <N extends Module> Opened<N> open(String name, String deviceName, Supplier<Built<N>> network) {
        PointerScope owned = new PointerScope();
        boolean complete = false;
        try {
            Device device = Devices.parse(deviceName);
            Built<N> built = network.get();
            built.network().to(device, false);
            ChannelsLast.convert(built.network());
            BackboneSpec backbone = built.backbone();
            Transform view = new CentreView(backbone.size(), backbone.channels());
            complete = true;
            return new Opened<>(built.network(), new PicturePass(name, view, owned, device));
        } finally {
            if (complete) {
                owned.extend(); // the next close() then only takes it off this thread's stack
            }
            owned.close();
        }
    }

    /** Outputs for pictures of any sizes, some of them at a time, in order. */
    <T> List<T> each(List<Picture> pictures, Layer layer, Cut<T> cut) {
        List<T> results = new ArrayList<>();
        for (int from = 0; from < pictures.size(); from += BATCH) {
            List<Picture> batch = pictures.subList(from, Math.min(pictures.size(), from + BATCH));
            float[] outputs = run(layer, batch.stream().map(this::view).toList());
            int width = outputs.length / batch.size();
            for (int i = 0; i < batch.size(); i++) {
                results.add(cut.of(outputs, i * width, (i + 1) * width));
            }
        }
        return results;
    }

    /** Outputs for files, decoded ahead on all cores; results in their order, failures among them. */
    <T> void stream(Iterator<Path> files, Layer layer, Cut<T> cut, Consumer<Outcome<T>> sink) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (ViewsAhead ahead = new ViewsAhead(files, file -> view(decode(file)), 2 * BATCH, threads)) {
            while (ahead.hasNext()) {
                List<Outcome<float[]>> batch = new ArrayList<>();
                while (ahead.hasNext() && batch.size() < BATCH) {
                    batch.add(ahead.next());
                }
                List<float[]> views = batch.stream()
                        .map(Outcome::value)
                        .filter(Objects::nonNull)
                        .toList();
                float[] outputs = views.isEmpty() ? new float[0] : run(layer, views);
                int width = outputs.length / Math.max(1, views.size());
                int at = 0;
                for (Outcome<float[]> one : batch) {
                    T value = one.value() == null ? null : cut.of(outputs, at, at + width);
                    at += one.value() == null ? 0 : width;
                    sink.accept(new Outcome<>(one.file(), value, one.failure()));
                }
            }
        }
    }

    /** What the network sees of a picture: [C, H, W]. */
    float[] view(Picture picture) {
        float[] floats = new float[view.channels() * view.height() * view.width()];
        view.apply(picture, new SplittableRandom(0), floats, 0);
        return floats;
    }

    /** The outputs [N, ...] for some views, row by row. */
    float[] run(Layer layer, List<float[]> views) {
        int floats = views.get(0).length;
        float[] all = new float[views.size() * floats]; // [N, C, H, W]
        for (int i = 0; i < views.size(); i++) {
            System.arraycopy(views.get(i), 0, all, i * floats, floats);
        }
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException(name + " is closed");
            }
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor x = Tensors.floats(all, views.size(), view.channels(), view.height(), view.width());
                return Tensors.toFloats(
                        folding.during(() -> layer.forward(ChannelsLast.of(x.to(device, ScalarType.Float)))));
            }
        }
    }

    /** As folders are read for evaluation: large files reduced to twice the network's side while decoding. */
    Picture decode(Path picture) {
        return PictureDecoder.decode(picture, view.height());
    }

    Picture decode(byte[] content, String fileName) {
        return PictureDecoder.decode(content, fileName, view.height());
    }

    /** Frees the network, once calls in progress are done; later calls fail. */
    @Override
    public void close() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                folding.close();
                owned.close();
            }
        }
    }
}
