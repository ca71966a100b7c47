package io.halflight.bundle;

import io.halflight.augment.CentreView;
import io.halflight.backbone.BackboneSpec;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Picture;
import io.halflight.data.PictureDecoder;
import io.halflight.data.Transform;
import io.halflight.nn.Folding;
import io.halflight.nn.Layer;
import io.halflight.torch.Devices;
import io.halflight.torch.NativeTorch;
import io.halflight.torch.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model bundle at work, in float32. All methods may be called from any thread: decoding and resizing run side by
 * side, the network runs for one caller at a time, since libtorch spreads a single batch over all cores already.
 */
public final class Classifier implements AutoCloseable {
    /** Pictures through the network at a time, so that a long list needs no more memory than a short one. */
    static final int BATCH = 64;

    private final ModelBundle bundle;
    private final Transform view;
    private final Object lock = new Object();
    private final PointerScope owned; // every native object of the network, freed together
    private final Device device;
    private final ImageClassifier network;
    private final Folding folding = new Folding();
    private boolean closed;

    static {
        NativeTorch.load();
    }

    private Classifier(ModelBundle bundle, String deviceName) {
        this.bundle = bundle;
        BackboneSpec backbone = bundle.architecture().backbone();
        view = new CentreView(backbone.size(), backbone.channels());
        owned = new PointerScope();
        boolean complete = false;
        try {
            device = Devices.parse(deviceName);
            network = bundle.network();
            network.to(device, false);
            complete = true;
        } finally {
            if (complete) {
                owned.extend(); // the next close() then only takes it off this thread's stack
            }
            owned.close();
        }
    }

    /** Loads a bundle onto the CPU. */
    public static Classifier load(Path bundle) {
        return load(bundle, "cpu");
    }

    /**
     * Loads a bundle.
     *
     * @param device {@code cpu}, {@code cuda}, {@code cuda:1} or {@code auto}
     * @throws HalflightException if the bundle or the device cannot be used
     */
    public static Classifier load(Path bundle, String device) {
        return new Classifier(ModelBundle.read(bundle), device);
    }

    public ModelBundle bundle() {
        return bundle;
    }

    /**
     * Classifies a picture file.
     *
     * @throws HalflightException naming the file, if it cannot be read
     */
    public Prediction predict(Path picture) {
        return predict(decode(picture));
    }

    public Prediction predict(Picture picture) {
        return predict(List.of(picture)).get(0);
    }

    /** Classifies pictures of any sizes, together where that is faster; results in their order. */
    public List<Prediction> predict(List<Picture> pictures) {
        List<Prediction> predictions = new ArrayList<>();
        for (int from = 0; from < pictures.size(); from += BATCH) {
            List<Picture> batch = pictures.subList(from, Math.min(pictures.size(), from + BATCH));
            float[] logits = run(network, batch); // [N, K]
            for (int i = 0; i < batch.size(); i++) {
                predictions.add(Prediction.of(logits, i * bundle.classes().size(), bundle.classes()));
            }
        }
        return predictions;
    }

    /** The features h of a picture, length d: what the network knows before it decides on a class. */
    public float[] embed(Picture picture) {
        return run(network::embed, List.of(picture));
    }

    /** As {@link #embed(Picture)}, for a picture file. */
    public float[] embed(Path picture) {
        return embed(decode(picture));
    }

    /**
     * Classifies any number of picture files, decoding ahead on all cores: results in their order, no more than a few batches in memory. A file
     * that cannot be read ends nothing; its outcome says why.
     *
     * @param files such as {@link io.halflight.data.PictureFiles}
     * @param sink is called by this thread, once for each file
     */
    public void predict(Iterator<Path> files, Consumer<Outcome<Prediction>> sink) {
        stream(files, network, (logits, from, to) -> Prediction.of(logits, from, bundle.classes()), sink);
    }

    /** As {@link #predict(Iterator, Consumer)}, for the features h, length d. */
    public void embed(Iterator<Path> files, Consumer<Outcome<float[]>> sink) {
        stream(files, network::embed, Arrays::copyOfRange, sink);
    }

    /**
     * Decodes the content of a picture file as {@link #predict(Path)} does.
     *
     * @param name what to call it in messages
     * @throws HalflightException if it is no picture, damaged or too large
     */
    public Picture decode(byte[] content, String name) {
        return PictureDecoder.decode(content, name, view.height());
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

    /** What the network sees of a picture: [C, H, W]. */
    float[] view(Picture picture) {
        return views(List.of(picture));
    }

    /** Class and features of each of 1 to {@value #BATCH} views, from one pass. */
    List<BatchingClassifier.Answer> answers(List<float[]> views) {
        int n = views.size();
        int width = network.backbone().features();
        float[] both = run( // [N, d + K]
                x -> {
                    Tensor h = network.embed(x);
                    return torch.cat(new TensorVector(h, network.classify(h)), 1);
                },
                joined(views),
                n);
        int row = both.length / n;
        List<BatchingClassifier.Answer> answers = new ArrayList<>();
        for (int at = 0; at < both.length; at += row) {
            answers.add(new BatchingClassifier.Answer(
                    Prediction.of(both, at + width, bundle.classes()), Arrays.copyOfRange(both, at, at + width)));
        }
        return answers;
    }

    /** Cuts a result for one picture out of those of a batch. */
    private interface Cut<T> {
        T of(float[] outputs, int from, int to);
    }

    private <T> void stream(Iterator<Path> files, Layer layer, Cut<T> cut, Consumer<Outcome<T>> sink) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (ViewsAhead ahead = new ViewsAhead(files, file -> views(List.of(decode(file))), 2 * BATCH, threads)) {
            while (ahead.hasNext()) {
                List<Outcome<float[]>> batch = new ArrayList<>();
                while (ahead.hasNext() && batch.size() < BATCH) {
                    batch.add(ahead.next());
                }
                List<float[]> views = batch.stream()
                        .map(Outcome::value)
                        .filter(Objects::nonNull)
                        .toList();
                float[] outputs = views.isEmpty() ? new float[0] : run(layer, joined(views), views.size());
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

    private static float[] joined(List<float[]> parts) {
        int length = parts.get(0).length;
        float[] all = new float[parts.size() * length];
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(parts.get(i), 0, all, i * length, length);
        }
        return all;
    }

    private float[] run(Layer layer, List<Picture> pictures) {
        return run(layer, views(pictures), pictures.size());
    }

    private float[] views(List<Picture> pictures) {
        int floats = view.channels() * view.height() * view.width();
        float[] views = new float[pictures.size() * floats]; // [N, C, H, W]
        for (int i = 0; i < pictures.size(); i++) {
            view.apply(pictures.get(i), new SplittableRandom(0), views, i * floats);
        }
        return views;
    }

    private float[] run(Layer layer, float[] views, int count) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the classifier of " + bundle.directory() + " is closed");
            }
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor x = Tensors.floats(views, count, view.channels(), view.height(), view.width());
                return Tensors.toFloats(folding.during(() -> layer.forward(x.to(device, ScalarType.Float))));
            }
        }
    }

    /** As folders are read for evaluation: large files reduced to twice the network's side while decoding. */
    private Picture decode(Path picture) {
        return PictureDecoder.decode(picture, view.height());
    }
}
