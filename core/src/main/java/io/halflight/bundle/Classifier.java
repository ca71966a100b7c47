package io.halflight.bundle;

import io.halflight.HalflightException;
import io.halflight.backbone.ImageClassifier;
import io.halflight.data.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A model bundle at work, in float32. All methods may be called from any thread: decoding and resizing run side by
 * side, the network runs for one caller at a time, since libtorch spreads a single batch over all cores already.
 */
public final class Classifier implements AutoCloseable {
    static final int BATCH = PicturePass.BATCH;

    private final ModelBundle bundle;
    private final ImageClassifier network;
    private final PicturePass pass;

    private Classifier(ModelBundle bundle, String device) {
        this.bundle = bundle;
        var opened = PicturePass.open(
                "the classifier of " + bundle.directory(),
                device,
                () -> new PicturePass.Built<>(
                        bundle.network(), bundle.architecture().backbone()));
        network = opened.network();
        pass = opened.pass();
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
        return predict(pass.decode(picture));
    }

    public Prediction predict(Picture picture) {
        return predict(List.of(picture)).get(0);
    }

    /** Classifies pictures of any sizes, together where that is faster; results in their order. */
    public List<Prediction> predict(List<Picture> pictures) {
        return pass.each(pictures, network, this::prediction);
    }

    /** The features h of a picture, length d: what the network knows before it decides on a class. */
    public float[] embed(Picture picture) {
        return embed(List.of(picture)).get(0);
    }

    /** The features of pictures of any sizes, in their order. */
    public List<float[]> embed(List<Picture> pictures) {
        return pass.each(pictures, network::embed, Arrays::copyOfRange);
    }

    /** As {@link #embed(Picture)}, for a picture file. */
    public float[] embed(Path picture) {
        return embed(pass.decode(picture));
    }

    /**
     * Classifies any number of picture files, decoding ahead on all cores: results in their order, no more than a few batches in memory. A file
     * that cannot be read ends nothing; its outcome says why.
     *
     * @param files such as {@link io.halflight.data.PictureFiles}
     * @param sink is called by this thread, once for each file
     */
    public void predict(Iterator<Path> files, Consumer<Outcome<Prediction>> sink) {
        pass.stream(files, network, this::prediction, sink);
    }

    /** As {@link #predict(Iterator, Consumer)}, for the features h, length d. */
    public void embed(Iterator<Path> files, Consumer<Outcome<float[]>> sink) {
        pass.stream(files, network::embed, Arrays::copyOfRange, sink);
    }

    /**
     * Decodes the content of a picture file as {@link #predict(Path)} does.
     *
     * @param name what to call it in messages
     * @throws HalflightException if it is no picture, damaged or too large
     */
    public Picture decode(byte[] content, String name) {
        return pass.decode(content, name);
    }

    /** Frees the network, once calls in progress are done; later calls fail. */
    @Override
    public void close() {
        pass.close();
    }

    /** What the network sees of a picture: [C, H, W]. */
    float[] view(Picture picture) {
        return pass.view(picture);
    }

    /** Class and features of each of 1 to {@value #BATCH} views, from one pass. */
    List<BatchingClassifier.Answer> answers(List<float[]> views) {
        float[] both = pass.run(this::featuresAndLogits, views); // [N, d + K]
        int width = network.backbone().features();
        int row = both.length / views.size();
        List<BatchingClassifier.Answer> answers = new ArrayList<>();
        for (int at = 0; at < both.length; at += row) {
            answers.add(new BatchingClassifier.Answer(
                    prediction(both, at + width, at + row), Arrays.copyOfRange(both, at, at + width)));
        }
        return answers;
    }

    private Tensor featuresAndLogits(Tensor x) {
        Tensor h = network.embed(x);
        return torch.cat(new TensorVector(h, network.classify(h)), 1);
    }

    private Prediction prediction(float[] logits, int from, int to) {
        return Prediction.of(logits, from, bundle.classes());
    }
}
