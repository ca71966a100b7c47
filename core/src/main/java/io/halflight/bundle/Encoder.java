package io.halflight.bundle;

import io.halflight.HalflightException;
import io.halflight.backbone.Backbone;
import io.halflight.data.Picture;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An encoder at work, in float32: pictures to features h of length d, which say how much alike pictures are and serve other learners as input. That of
 * a model bundle; or of a run without a classifier, by {@link io.halflight.recipe.RunModel#encoder}. Threads as with {@link Classifier}.
 */
public final class Encoder implements AutoCloseable {
    private final Backbone network;
    private final PicturePass pass;

    private Encoder(PicturePass.Opened<Backbone> opened) {
        network = opened.network();
        pass = opened.pass();
    }

    /** Loads the encoder inside a bundle's classifier onto the CPU. */
    public static Encoder load(Path bundle) {
        return load(bundle, "cpu");
    }

    /**
     * Loads the encoder inside a bundle's classifier.
     *
     * @param device {@code cpu}, {@code cuda}, {@code cuda:1} or {@code auto}
     * @throws HalflightException if the bundle or the device cannot be used
     */
    public static Encoder load(Path bundle, String device) {
        ModelBundle read = ModelBundle.read(bundle);
        return of(() -> Exportable.of(read, true), "the encoder of " + bundle, device);
    }

    /**
     * Takes an encoder that was found otherwise, and frees it at the end.
     *
     * @param found is asked once and gives an encoder, not a classifier
     * @param name for messages
     */
    public static Encoder of(Supplier<Exportable> found, String name, String device) {
        return new Encoder(PicturePass.open(name, device, () -> {
            Exportable exportable = found.get();
            if (!(exportable.network() instanceof Backbone backbone)) {
                throw new IllegalArgumentException(name + " is a classifier");
            }
            return new PicturePass.Built<>(backbone, exportable.backbone());
        }));
    }

    /** d. */
    public int features() {
        return network.features();
    }

    /**
     * The features of a picture file, length d.
     *
     * @throws HalflightException naming the file, if it cannot be read
     */
    public float[] embed(Path picture) {
        return embed(pass.decode(picture));
    }

    public float[] embed(Picture picture) {
        return embed(List.of(picture)).get(0);
    }

    /** The features of pictures of any sizes, in their order. */
    public List<float[]> embed(List<Picture> pictures) {
        return pass.each(pictures, network, Arrays::copyOfRange);
    }

    /** As {@link Classifier#predict(Iterator, Consumer)}, for the features. */
    public void embed(Iterator<Path> files, Consumer<Outcome<float[]>> sink) {
        pass.stream(files, network, Arrays::copyOfRange, sink);
    }

    /** Frees the network, once calls in progress are done; later calls fail. */
    @Override
    public void close() {
        pass.close();
    }
}
